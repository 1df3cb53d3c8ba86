package dev.stillgate.canary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.ledger.AppendResult;
import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.LedgerOptions;
import dev.stillgate.canary.ledger.MarkedResponse;
import dev.stillgate.canary.ledger.bundle.CommitmentOpener;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class LedgerVerbsTest {
    private static final byte[] KEY = "the bytes of key c3".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLAN = "plan 1".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TABLE = new byte[Hash.LENGTH];

    @TempDir
    Path parent;

    private final LedgerCommand verbs = new LedgerCommand((key, secret, tables, beacon) -> {
        List<List<byte[]>> keys = secret != null && !Files.readString(secret).equals("right")
                ? List.of(List.of("another key".getBytes(StandardCharsets.UTF_8), TABLE, PLAN))
                : List.of(List.of(KEY, TABLE, "plan 2".getBytes(StandardCharsets.UTF_8)), List.of(KEY, TABLE, PLAN));
        return new CommitmentOpener.Preimages(keys, List.of(), List.of());
    });
    private final VerbRun run = new VerbRun();
    private Path directory;
    private Path bundle;

    /** Opens the ledger twice: the last head of the first opening is the earlier head of later bundles. */
    @BeforeEach
    void writeLedger() throws Exception {
        directory = parent.resolve("ledger");
        bundle = parent.resolve("bundle.json");
        write(0, 4);
        write(4, 12);
    }

    private void write(int from, int to) throws Exception {
        try (Ledger ledger = Ledger.open(directory, LedgerOptions.defaults(), Ticker.system(), line -> {})) {
            long other = ledger.commit("c1/2026-Q4", Hash.of(new byte[32]), Hash.of(TABLE));
            long key = ledger.commit("c3/2026-Q4", commitment(), Hash.of(TABLE));
            CountDownLatch done = new CountDownLatch(to - from);
            for (int i = from; i < to; i++) {
                BitSet forms = BitSet.valueOf(new long[] {i});
                ledger.append(new MarkedResponse("msg_" + i, i % 5 == 0 ? other : key, 20, forms), result -> {
                    assertThat(result).isInstanceOf(AppendResult.OnDisk.class);
                    done.countDown();
                });
            }
            done.await();
        }
    }

    private static Hash commitment() throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (byte[] part : List.of(KEY, TABLE, PLAN)) {
            sha256.update(ByteBuffer.allocate(4).putInt(part.length).array());
            sha256.update(part);
        }
        return Hash.of(sha256.digest());
    }

    private int run(String... args) {
        return run.of(verbs, args);
    }

    private int verify(String... more) {
        List<String> args = new ArrayList<>(List.of("verify", "--dir", directory.toString()));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private int export(String... more) {
        List<String> args =
                new ArrayList<>(List.of("export", "--dir", directory.toString(), "--out", bundle.toString()));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    @Test
    void soundLedgerIsReportedAsSound() {
        assertThat(verify()).isZero();
        assertThat(run.out())
                .contains("leaves       14: 2 commitments, 12 answers with 240 sites")
                .contains("signed head  14 leaves")
                .contains("tail         whole")
                .endsWith("The ledger is sound.\n");
        assertThat(verify("--json")).isZero();
        assertThat(run.out())
                .contains("\"leaves\" : 14")
                .contains("\"unfinishedBytes\" : 0")
                .contains("\"head\" : \"stillgate-ledger-");
    }

    @Test
    void publishedHeadIsCheckedAgainstTheLedger() throws IOException {
        Path published = Files.copy(directory.resolve("checkpoint"), parent.resolve("published"));
        Path key = Files.copy(directory.resolve("ledger.pub"), parent.resolve("key.pub"));
        assertThat(verify("--head", published.toString(), "--public-key", key.toString()))
                .isZero();
        assertThat(run.out()).contains("heads checked, each a root of this tree");
        Files.writeString(published, Files.readString(published).replace("\n14\n", "\n13\n"));
        assertThat(verify("--head", published.toString())).isEqualTo(1);
        assertThat(run.err()).contains(published + ": not signed by ");
    }

    @Test
    void unsoundLedgerIsRejected() throws IOException {
        Path leaves = directory.resolve("leaves-000000000000.log");
        byte[] bytes = Files.readAllBytes(leaves);
        bytes[bytes.length / 2] ^= 4;
        Files.write(leaves, bytes);
        assertThat(verify()).isEqualTo(1);
        assertThat(run.err()).startsWith("ledger: " + leaves + ": byte ").contains("was changed since it was written");
        assertThat(run.out()).isEmpty();
        assertThat(export("--key", "c3/2026-Q4")).isEqualTo(1);
        assertThat(bundle).doesNotExist();
    }

    @Test
    void unfinishedWriteIsNotDamage() throws IOException {
        Path leaves = directory.resolve("leaves-000000000000.log");
        byte[] bytes = Files.readAllBytes(leaves);
        Files.write(leaves, Arrays.copyOf(bytes, bytes.length + 100));
        assertThat(verify()).isZero();
        assertThat(run.out()).contains("tail         100 bytes of an unfinished write");
    }

    @Test
    void wrongCallsAreUsageErrors() throws IOException {
        assertThat(run()).isEqualTo(2);
        assertThat(run("audit")).isEqualTo(2);
        assertThat(run("verify")).isEqualTo(2);
        assertThat(run.err())
                .contains("Missing required option: '--dir=DIR'")
                .contains("Usage: stillgate ledger verify");
        assertThat(verify("--heed", "x")).isEqualTo(2);
        assertThat(run("verify", "--dir", parent.resolve("none").toString())).isEqualTo(2);
        assertThat(run("verify", "--dir", parent.toString())).isEqualTo(2);
        assertThat(run.err()).isEqualTo("ledger: " + parent.resolve("ledger.pub") + ": no such file\n");
        assertThat(verify("--head", parent.resolve("none").toString())).isEqualTo(2);
        assertThat(verify("--public-key", "\0")).isEqualTo(2);
        assertThat(export("--key", "c3/2026-Q4", "--table", "t.yaml")).isEqualTo(2);
        assertThat(run.err()).contains("--secret-file, --table, --beacon and --reveal-secret go with --reveal");
        assertThat(run("--help")).isZero();
        assertThat(run("export", "--help")).isZero();
    }

    @Test
    void everyVerbPrintsTheVersion() {
        String version = "stillgate development, Java " + Runtime.version() + "\n";
        assertThat(run("--version")).isZero();
        assertThat(run.out()).isEqualTo(version);
        assertThat(run("export", "-V")).isZero();
        assertThat(run.out()).isEqualTo(version);
    }

    @Test
    void missingKeysAndMessagesAreReported() {
        assertThat(export("--key", "c\u001b[31m")).isEqualTo(1);
        assertThat(run.err()).contains("no commitment under key").doesNotContain("\u001b");
        assertThat(export("--key", "c3/2026-Q4", "--message", "msg_1", "--message", "msg_5"))
                .isEqualTo(1);
        assertThat(run.err()).contains("1 of 2 messages have no leaf under key").contains("such as \"msg_5\"");
    }

    @Test
    void exportWithoutIdsHasAllAnswersOfTheKey() throws Exception {
        assertThat(export("--key", "c3/2026-Q4")).isZero();
        assertThat(run.out()).contains("1 commitments, 9 answers");
        String json = Files.readString(bundle);
        assertThat(json.split("\"commitmentIndex\"", -1)).hasSize(10);
        assertThat(json).contains("\"claimedAnswers\" : 9").doesNotContain("\"salt\"");
        assertThat(node()).as(run.out()).isZero();
        assertThat(run.out()).contains("answers       9, each under a commitment before it");
    }

    @Test
    void messageIdsMayComeFromAFile() throws IOException {
        Path file = Files.writeString(parent.resolve("ids"), "msg_1\n\nmsg_2\nmsg_3\n");
        assertThat(export("--key", "c3/2026-Q4", "--messages", file.toString(), "--message", "msg_2"))
                .isZero();
        assertThat(run.out()).contains("3 answers");
        Files.write(file, new byte[] {(byte) 0xff});
        assertThat(export("--key", "c3/2026-Q4", "--messages", file.toString())).isEqualTo(2);
        assertThat(run.err()).contains(file + ": not UTF-8");
        Files.writeString(
                file, IntStream.range(0, 100_001).mapToObj(i -> i + "\n").collect(Collectors.joining()));
        assertThat(export("--key", "c3/2026-Q4", "--messages", file.toString())).isEqualTo(2);
        assertThat(run.err()).contains("more than 100000 messages");
    }

    @Test
    void bundlePassesTheIndependentVerifier() throws Exception {
        assertThat(export("--key", "c3/2026-Q4", "--message", "msg_1", "--message", "msg_11", "--reveal"))
                .isZero();
        assertThat(run.out()).contains("1 commitments, 2 answers and 1 earlier heads under a head of 14 leaves");
        Path earlier = directory.resolve("heads/000000000006.note");
        assertThat(node("--head", earlier.toString(), "--message", "msg_11")).isZero();
        assertThat(run.out())
                .contains("14 leaves under a signed head")
                .contains("earlier heads 1, all consistent")
                .contains("opened        yes")
                .contains("answers       2, each under a commitment before it")
                .contains("All of the bundle on key \"c3/2026-Q4\" holds.");
        assertThat(node("--message", "msg_2")).isEqualTo(1);
        assertThat(node("--head", bundle.toString())).isEqualTo(1);
    }

    @Test
    void bundleChangedAnywhereFails() throws Exception {
        assertThat(export("--key", "c3/2026-Q4", "--message", "msg_7", "--reveal"))
                .isZero();
        assertThat(node()).isZero();
        String whole = Files.readString(bundle);
        Matcher values = Pattern.compile("[0-9A-Za-z+/]{12,}={0,2}|(?<=\"(index|commitmentIndex|sites)\" : )\\d+")
                .matcher(whole);
        int changed = 0;
        for (int from = whole.indexOf("\"head\""); values.find(from); from = values.end()) {
            int at = (values.start() + values.end()) / 2;
            String line = line(whole, at);
            if (line.contains("\"time\"") || line.contains("claimed")) {
                continue; // informational: the leaf holds the time, and counts are not proven
            }
            char other = whole.charAt(at) == '1' ? '2' : '1';
            Files.writeString(bundle, whole.substring(0, at) + other + whole.substring(at + 1));
            assertThat(node()).as(line).isEqualTo(1);
            assertThat(run.err()).as(line).startsWith("does not hold: ");
            changed++;
        }
        assertThat(changed).isGreaterThan(25);
    }

    private static String line(String text, int at) {
        return text.substring(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at));
    }

    @Test
    void wrongSecretOpensNoCommitment() throws IOException {
        Path secret = Files.writeString(parent.resolve("secret"), "wrong");
        assertThat(export("--key", "c3/2026-Q4", "--reveal", "--secret-file", secret.toString()))
                .isEqualTo(1);
        assertThat(run.err()).contains("open none of the 1 commitments of key \"c3/2026-Q4\"");
        assertThat(bundle).doesNotExist();
    }

    private int node(String... more) throws Exception {
        return run.verifyBundle(parent, bundle, directory.resolve("ledger.pub"), more);
    }
}
