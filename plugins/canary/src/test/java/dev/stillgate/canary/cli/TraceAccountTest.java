package dev.stillgate.canary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.proof.CommitmentList;
import dev.stillgate.canary.sketch.ResponseSketcher;
import dev.stillgate.canary.sketch.ShingleReader;
import dev.stillgate.canary.sketch.SketchKey;
import dev.stillgate.canary.sketch.SketchStore;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceAccountTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("STILLGATE_CANARY_SECRET", "a secret of this test only");

    @TempDir
    Path directory;

    private final VerbRun run = new VerbRun();

    private int run(Map<String, String> environment, String... words) {
        return run.of(new CanaryCommand(environment, CommitmentList::read), words);
    }

    private static String answer(String about) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            text.append("Sentence ").append(i);
            for (String word : "has more of the words than every other sentence".split(" ")) {
                text.append(' ').append(word).append(' ').append(about).append(i);
            }
            text.append(".\n");
        }
        return text.toString();
    }

    private void serve(Path gateway, String account, String text) throws IOException {
        SketchKey key = SketchKey.of(MasterSecret.read(null, ENVIRONMENT));
        try (SketchStore store = new SketchStore(gateway.resolve(SketchStore.DIRECTORY), line -> {})) {
            ResponseSketcher sketcher = new ResponseSketcher(store, key, account, new FakeTicker());
            ShingleReader block = sketcher.block();
            block.read(text);
            block.end();
            sketcher.end(true);
        }
    }

    private String[] trace(String suspect, String... more) throws IOException {
        Path leak = Files.writeString(directory.resolve("leak.txt"), suspect);
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("trace", "--account", "--suspect", leak.toString()),
                        java.util.stream.Stream.of(more))
                .toArray(String[]::new);
    }

    @Test
    void accountIsNamed() throws Exception {
        serve(directory, "a_17", answer("trees"));
        serve(directory, "a-18", answer("rivers"));
        String ledger = directory.resolve("ledger").toString();

        assertThat(run(ENVIRONMENT, trace(answer("trees"), "--ledger", ledger))).isZero();
        assertThat(run.out())
                .startsWith("# Leaked text: served to a\\_17\n")
                .contains("| a\\_17 | ", " of 20 | ", "2 sketches were compared")
                .doesNotContain("a-18");
        assertThat(run(ENVIRONMENT, trace(answer("trees"), "--ledger", ledger, "--json")))
                .isZero();
        assertThat(run.out()).contains("\"account\" : \"a_17\"", "\"finding\" : \"served to");

        assertThat(run(ENVIRONMENT, trace(answer("clouds"), "--ledger", ledger)))
                .isZero();
        assertThat(run.out()).startsWith("# Leaked text: names no account\n").doesNotContain("| account |");

        Path lines = Files.writeString(
                directory.resolve("leak.jsonl"),
                "{\"text\":\"" + answer("trees").replace("\n", "\\n") + "\"}\n{\"text\":\""
                        + answer("rivers").replace("\n", " ") + "\"}\n");
        assertThat(run(ENVIRONMENT, "trace", "--account", "--suspect", lines.toString(), "--ledger", ledger))
                .isZero();
        assertThat(run.out()).startsWith("# Leaked text: served to 2 accounts\n");
    }

    @Test
    void passageOfThePromptNamesNoAccount() throws Exception {
        serve(directory, "a-1", answer("trees") + answer("rivers"));
        String ledger = directory.resolve("ledger").toString();
        String other = answer("trees").replace("\n", "\\n");
        Path lines = directory.resolve("leak.jsonl");
        String[] trace = {"trace", "--account", "--suspect", lines.toString(), "--ledger", ledger};

        Files.writeString(lines, "{\"text\":\"" + other + "\"}\n");
        assertThat(run(ENVIRONMENT, trace)).isZero();
        assertThat(run.out()).startsWith("# Leaked text: served to a-1\n");

        Files.writeString(lines, "{\"prompt\":\"Shorten this: " + other + "\",\"text\":\"" + other + "\"}\n");
        assertThat(run(ENVIRONMENT, trace)).isZero();
        assertThat(run.out()).startsWith("# Leaked text: names no account\n");

        Files.writeString(
                lines,
                "{\"prompt\":\"Continue: " + other + "\",\"text\":\"" + other
                        + answer("rivers").replace("\n", " ") + "\"}\n");
        assertThat(run(ENVIRONMENT, trace)).isZero();
        assertThat(run.out()).startsWith("# Leaked text: served to a-1\n");
    }

    @Test
    void gatewaysAreTracedTogether() throws Exception {
        serve(directory.resolve("one"), "a-1", answer("trees"));
        serve(directory.resolve("two"), "a-2", answer("trees"));
        String one = directory.resolve("one/ledger").toString();
        String two = directory.resolve("two/ledger").toString();
        assertThat(run(ENVIRONMENT, trace(answer("trees"), "--ledger", one, "--ledger", two)))
                .isZero();
        assertThat(run.out())
                .startsWith("# Leaked text: served to several accounts alike\n")
                .contains("- served to all of these: a-1, a-2 (");
    }

    @Test
    void anotherSecretIsReported() throws Exception {
        serve(directory, "a-1", answer("trees"));
        String ledger = directory.resolve("ledger").toString();
        assertThat(run(
                        Map.of("STILLGATE_CANARY_SECRET", "a secret of somewhere else"),
                        trace(answer("trees"), "--ledger", ledger)))
                .isZero();
        assertThat(run.out()).contains("names no account", "0 sketches were compared", "1 files were not compared");
    }

    @Test
    void wrongUsageIsRefused() throws Exception {
        assertThat(run(ENVIRONMENT, trace("x"))).isEqualTo(2);
        assertThat(run.err()).contains("--account needs --ledger");
        String ledger = directory.resolve("ledger").toString();
        assertThat(run(ENVIRONMENT, trace("x", "--ledger", ledger))).isOne();
        assertThat(run.err()).contains("sketches: no such file");
        String leak = directory.resolve("leak.txt").toString();
        assertThat(run(ENVIRONMENT, "trace", "--suspect", leak, "--ledger", ledger, "--ledger", ledger))
                .isEqualTo(2);
        assertThat(run.err()).contains("several --ledger");
    }
}
