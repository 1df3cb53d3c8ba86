package dev.stillgate.canary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.proof.CommitmentList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CanaryVerbsTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("STILLGATE_CONFIG_DIR", "../../config", "STILLGATE_CANARY_SECRET", "a secret of this test only");
    private static final String[] OPENINGS = {
        "For the garden", "In the kitchen", "At the office", "With a friend", "By the sea"
    };
    private static final String[] SENTENCES = {
        "it is clear that they are happy with the work", "you do not need to call the others before noon",
        "we will see the house and I am sure that is enough", "they cannot find the road to the old mill",
        "there is time to rest and you are free to stay", "she does not know the way to the town",
        "I would like to go there and it is not far", "the tools are not new, but that is not a problem"
    };

    @TempDir
    Path directory;

    private final VerbRun run = new VerbRun();
    private Path plain = Path.of("");
    private Path marked = Path.of("");

    @BeforeEach
    void texts() throws IOException {
        plain = directory.resolve("plain.jsonl");
        marked = directory.resolve("marked.jsonl");
        Random random = new Random(1);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            lines.append("{\"id\": ").append(i).append(", \"text\": \"");
            for (int j = 0; j < 6; j++) {
                lines.append(OPENINGS[random.nextInt(OPENINGS.length)])
                        .append(" of number ")
                        .append(i * 10 + j)
                        .append(' ')
                        .append(SENTENCES[random.nextInt(SENTENCES.length)])
                        .append(". ");
            }
            lines.append("\", \"more\": {\"a\": [1.50, null]}}\n");
        }
        Files.writeString(plain, lines);
    }

    private int run(String... words) {
        return run.of(new CanaryCommand(ENVIRONMENT, CommitmentList::read), words);
    }

    private void mark() {
        assertThat(run("mark", "--key", "c3/2026-Q4", "--in", plain.toString(), "--out", marked.toString()))
                .isZero();
    }

    private double figure(String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\" : ([-0-9.E]+)").matcher(run.out());
        assertThat(matcher.find()).as(name).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void verifyFindsTheKeyOfMarkedTextOnly() {
        mark();
        assertThat(run.out()).startsWith("marked 150 texts under c3/2026-Q4: ");

        assertThat(run("verify", "--key", "c3/2026-Q4", "--suspect", marked.toString(), "--json"))
                .isZero();
        assertThat(figure("log10p")).isLessThan(-3);
        assertThat(figure("agreement")).isGreaterThan(0.97);
        assertThat(figure("p")).isLessThan(1e-3);
        assertThat(run.out())
                .contains("\"committed\" : false", "Exploratory", "\"effectiveN\"", "\"cells\"", "\"statistic\"");
        double marked = figure("log10p");
        assertThat(run("verify", "--key", "c4", "--suspect", this.marked.toString(), "--json"))
                .isZero();
        assertThat(figure("log10p")).isGreaterThan(marked);
    }

    @Test
    void verifyTestsAStratumGivenTheGlobalKey() {
        String stratum = "stratum:2026-07/2026-Q4";
        assertThat(run("mark", "--key", stratum, "--in", plain.toString(), "--out", marked.toString()))
                .isZero();
        assertThat(run("verify", "--key", stratum, "--suspect", marked.toString(), "--json"))
                .isZero();
        double met = figure("log10pUnmet");
        assertThat(figure("log10p")).isEqualTo(met);
        assertThat(figure("trafficShare")).isZero();
        assertThat(run.out()).contains("The share of a stratum in the traffic is not known");
        assertThat(run("verify", "--key", "stratum:2026-06/2026-Q4", "--suspect", marked.toString(), "--json"))
                .isZero();
        assertThat(figure("log10p")).isGreaterThan(met);
        assertThat(run("verify", "--key", "global/2026-Q4", "--suspect", marked.toString(), "--json"))
                .isZero();
        assertThat(figure("agreement")).isGreaterThan(0.6);
        assertThat(run.out()).contains("marked text of 2026-Q4").doesNotContain("log10pAlone");
    }

    @Test
    void globalKeyIsFoundByTheTextOfOneStratum() {
        String stratum = "stratum:2026-07/2026-Q4";
        run("mark", "--key", stratum, "--in", plain.toString(), "--out", marked.toString());
        run("verify", "--key", "global/2026-Q4", "--suspect", marked.toString(), "--json");
        double alone = figure("log10p");
        run("verify", "--key", "global/2026-Q4", "--key", stratum, "--suspect", marked.toString(), "--json");
        assertThat(run.out()).startsWith("{\n  \"key\" : \"global/2026-Q4\"");
        assertThat(figure("strata")).isEqualTo(1);
        assertThat(figure("log10pAlone")).isEqualTo(alone);
        assertThat(figure("log10p")).isLessThan(alone - 1);
    }

    @Test
    void verifyTestsTheKeyOfAnAccountByItsId() {
        mark();
        run("verify", "--account", "a-1/2026-Q4", "--suspect", marked.toString(), "--json");
        Matcher name = Pattern.compile("account:[0-9a-f]{32}/2026-Q4").matcher(run.out());
        assertThat(name.find()).isTrue();
        run("mark", "--key", name.group(), "--in", plain.toString(), "--out", marked.toString());
        assertThat(run("verify", "--account", "a-1/2026-Q4", "--suspect", marked.toString(), "--json"))
                .isZero();
        assertThat(figure("log10p")).isLessThan(-3);
    }

    @Test
    void markingTwiceChangesNothingAndOtherFieldsStay() throws IOException {
        mark();
        Path twice = directory.resolve("twice.jsonl");
        assertThat(run("mark", "--key=c3/2026-Q4", "--in", marked.toString(), "--out", twice.toString()))
                .isZero();

        assertThat(twice).hasSameTextualContentAs(marked);
        assertThat(Files.readAllLines(marked))
                .hasSize(150)
                .allMatch(line -> line.endsWith(",\"more\":{\"a\":[1.50,null]}}"));
        assertThat(directory.resolve("twice.jsonl.part")).doesNotExist();
    }

    @Test
    void traceRanksTheClusters() throws IOException {
        mark();
        Path keys = Files.writeString(directory.resolve("keys"), "# all\nc1\nc2\nc3/2026-Q4\n\nc4\n");

        assertThat(run("trace", "--suspect", marked.toString(), "--keys", keys.toString()))
                .isZero();
        assertThat(run.out())
                .startsWith("# Canary: c3/2026-Q4 (*exploratory*)")
                .contains("after the correction for 4 keys");
        Path leak = Files.writeString(directory.resolve("leak.txt"), Files.readString(marked));
        assertThat(run("trace", "--suspect", leak.toString(), "--keys", keys.toString(), "--json"))
                .isZero();
        assertThat(run.out()).contains("\"answers\" : 1,");
    }

    @Test
    void adjustmentCoversTheLedgerUnlessPreregistered() throws IOException {
        mark();
        run("verify", "--key", "c3/2026-Q4", "--suspect", marked.toString(), "--json");
        double alone = figure("log10p");
        Matcher commitment =
                Pattern.compile("\"commitment\" : \"([0-9a-f]{64})\"").matcher(run.out());
        assertThat(commitment.find()).isTrue();
        Path ledger = Files.writeString(
                directory.resolve("ledger.jsonl"),
                line("c3/2026-Q4", commitment.group(1)) + line("c1", "0".repeat(64)) + line("c2", "1".repeat(64)));

        assertThat(run("verify", "--all-keys", "--suspect", marked.toString(), "--ledger", ledger.toString(), "--json"))
                .isZero();
        assertThat(run.out())
                .contains(
                        "\"committed\" : true", "\"committedSince\" : \"2026-10-01T00:00:00Z\"", "\"keysCounted\" : 3");
        assertThat(figure("log10pHolm")).isCloseTo(alone + Math.log10(3), org.assertj.core.api.Assertions.within(1e-9));

        Path registered = Files.writeString(
                directory.resolve("audit.json"), "{\"keys\":[\"c3/2026-Q4\"],\"suspect\":{\"x\":[1]}}");
        assertThat(run(
                        "verify",
                        "--key",
                        "c3/2026-Q4",
                        "--suspect",
                        marked.toString(),
                        "--ledger",
                        ledger.toString(),
                        "--preregistered",
                        registered.toString(),
                        "--json"))
                .isZero();
        assertThat(figure("log10pHolm")).isEqualTo(alone);
        assertThat(run.out()).contains("\"preregistered\" : true").doesNotContain("not preregistered");
        assertThat(run(
                        "verify",
                        "--key",
                        "c1",
                        "--suspect",
                        marked.toString(),
                        "--preregistered",
                        registered.toString()))
                .isOne();
        assertThat(run.err()).contains("preregistered for other keys than c1");
    }

    @Test
    @DisplayName("plugins 18: counts of a preregistration are compared with the audited counts")
    void countsAreComparedWithThePreregistration() throws IOException {
        mark();
        long answers = Files.readAllLines(marked).size();
        for (long registered : new long[] {answers - 1, answers, answers + 1}) {
            Path file = Files.writeString(
                    directory.resolve("audit.json"),
                    "{\"keys\":[\"c3/2026-Q4\"],\"answers\":" + registered + ",\"prompts\":\"sha256 of a file\"}");
            assertThat(verifyRegistered(file)).isZero();
            assertThat(run.out().contains(answers + " answers where " + registered + " were preregistered"))
                    .isEqualTo(registered < answers);
            assertThat(run.out().contains("Only " + answers + " answers of " + registered + " preregistered"))
                    .isEqualTo(registered > answers);
        }
        for (String wrong : List.of("\"many\"", "-1", "1.5", "99999999999999999999", "null", "[1]")) {
            Path file = Files.writeString(
                    directory.resolve("audit.json"), "{\"keys\":[\"c3/2026-Q4\"],\"answers\":" + wrong + "}");
            assertThat(verifyRegistered(file)).as(wrong).isOne();
            assertThat(run.err())
                    .contains("audit.json: invalid preregistration: \"answers\" must be a whole number of at least 0");
        }
        Path none = Files.writeString(directory.resolve("audit.json"), "{\"keys\":[\"c3/2026-Q4\"]}");
        assertThat(verifyRegistered(none)).isZero();
        assertThat(run.out()).contains("does not say how many answers");
    }

    private int verifyRegistered(Path file) {
        return run(
                "verify",
                "--key",
                "c3/2026-Q4",
                "--suspect",
                marked.toString(),
                "--preregistered",
                file.toString(),
                "--json");
    }

    @Test
    @DisplayName(
            "plugins 18: each commitment of a name counts in Holm's correction, and the wording claims no random draw")
    void eachCommitmentOfANameCounts() throws IOException {
        mark();
        run("verify", "--key", "c3/2026-Q4", "--suspect", marked.toString(), "--json");
        double alone = figure("log10p");
        Matcher commitment =
                Pattern.compile("\"commitment\" : \"([0-9a-f]{64})\"").matcher(run.out());
        assertThat(commitment.find()).isTrue();
        Path ledger = Files.writeString(
                directory.resolve("ledger.jsonl"),
                line("c3/2026-Q4", commitment.group(1))
                        + line("c3/2026-Q4", "2".repeat(64))
                        + line("c3/2026-Q4", "3".repeat(64))
                        + line("c1", "0".repeat(64)));
        run("verify", "--key", "c3/2026-Q4", "--suspect", marked.toString(), "--ledger", ledger.toString(), "--json");
        assertThat(run.out())
                .contains("\"keysCounted\" : 4", "2 further commitments", "That it was drawn at random is not shown");
        assertThat(figure("log10pHolm")).isCloseTo(alone + Math.log10(4), org.assertj.core.api.Assertions.within(1e-9));
    }

    private static String line(String key, String commitment) {
        return "{\"key\":\"" + key + "\",\"commitment\":\"" + commitment + "\",\"since\":\"2026-10-01T00:00:00Z\"}\n";
    }

    @Test
    void repeatedAnswersAndPromptsCountOnce() throws IOException {
        String text = "For all of them " + String.join(". For the rest of them ", SENTENCES) + ".";
        Path once = Files.writeString(directory.resolve("once"), "{\"prompt\":\"a\",\"text\":\"" + text + "\"}\n");
        run("verify", "--key", "a", "--suspect", once.toString(), "--json");
        double p = figure("p");
        Path looping = Files.writeString(
                directory.resolve("looping"), Files.readString(once).repeat(40));

        assertThat(run("verify", "--key", "a", "--suspect", looping.toString(), "--json"))
                .isZero();
        assertThat(figure("p")).isEqualTo(p);
        assertThat(figure("sites")).isEqualTo(40 * figure("effectiveN"));
        assertThat(run.out())
                .contains(
                        "39 of 40 prompts are repeats of others",
                        "stand in sentences that repeat",
                        "so few can hardly");
    }

    @Test
    void brokenLineIsReportedWithItsPosition() throws IOException {
        assertBroken("{\"text\":\"a\"}\n{\"text\":\n", ":2: ");
        assertBroken("\n\n[1]\n", ":3: expected an object");
        assertBroken("{\"text\":1}\n", ":1: expected a string \"text\"");
        assertBroken("{\"text\":\"a\",\"text\":\"b\"}", ":1: ");
        assertBroken("{\"text\":\"a\"} {}", ":1: unexpected content after the object");
        assertBroken("{\"text\":\"" + "x".repeat(JsonLines.LONGEST) + "\"}", ":1: longer than");
    }

    private void assertBroken(String content, String error) throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.jsonl"), content);
        Path written = directory.resolve("written.jsonl");
        assertThat(run("verify", "--key", "a", "--suspect", broken.toString())).isOne();
        assertThat(run.err()).contains(broken + error);
        assertThat(run("mark", "--key", "a", "--in", broken.toString(), "--out", written.toString()))
                .isOne();
        assertThat(run.err()).contains(broken + error);
        assertThat(written).doesNotExist();
    }

    @Test
    void wrongCallsAreUsageErrors() {
        assertUsage("Unknown option: '--x'", "verify", "--suspect", "s", "--x");
        assertUsage("Missing required option: '--suspect=FILE'", "verify", "--key", "a");
        assertUsage("either --key or --all-keys", "verify", "--suspect", "s");
        assertUsage("either --key or --all-keys", "verify", "--suspect", "s", "--key", "a", "--all-keys");
        assertUsage("--all-keys needs --ledger", "verify", "--suspect", "s", "--all-keys");
        assertUsage("Missing required parameter for option '--key'", "mark", "--key");
        assertUsage("option '--key' (NAME) should be specified only once", "mark", "--key", "a", "--key", "b");
        assertUsage("--keys or --ledger", "trace", "--suspect", "s");
        assertUsage("Usage:", "other");
        assertUsage("Usage:");
    }

    private void assertUsage(String error, String... words) {
        assertThat(run(words)).isEqualTo(2);
        assertThat(run.err()).contains(error);
    }

    @Test
    void unreadableFilesFail() throws IOException {
        assertThat(run("verify", "--key", "a", "--suspect", directory + "/none"))
                .isOne();
        assertThat(run.err()).contains("none: no such file");
        assertThat(run("verify", "--key", "a", "--suspect", plain.toString(), "--table", directory + "/t.yaml"))
                .isOne();
        assertThat(run.err()).contains("t.yaml");
        Path broken = Files.writeString(directory.resolve("bad.json"), "{\"keys\":[]}");
        assertThat(run("verify", "--key", "a", "--suspect", plain.toString(), "--preregistered", broken.toString()))
                .isOne();
        assertThat(run.err()).contains("bad.json: invalid preregistration: it names no keys");
        assertThat(run("verify", "--all-keys", "--suspect", plain.toString(), "--ledger", broken.toString()))
                .isOne();
        assertThat(run.err()).contains("bad.json:1: ");
        assertThat(run("verify", "--key", "a\tb", "--suspect", plain.toString()))
                .isOne();
        assertThat(run.err()).contains("128 characters");
        assertThat(run("verify", "--help")).isZero();
        assertThat(run.out()).startsWith("Usage: stillgate canary verify");
    }
}
