package dev.stillgate.canary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.Beacon;
import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.EpochSecret;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.LedgerOptions;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.proof.LedgerCommitments;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests evidence on keys that were made with a beacon after their epoch's secret had been committed. */
@Tag("slow")
class BeaconVerbsTest {
    private static final String STRATUM = "stratum:2026-11:EU/2026-Q4";
    private static final String VALUE = "A17F 0123456789abcdef";

    @TempDir
    Path parent;

    private final VerbRun run = new VerbRun();
    private Path directory;
    private Path secret;
    private Path beacon;
    private Path bundle;

    @BeforeEach
    void writeFiles() throws Exception {
        directory = parent.resolve("ledger");
        bundle = parent.resolve("bundle.json");
        secret = Files.writeString(parent.resolve("secret"), "a master secret of a test");
        beacon = Files.writeString(parent.resolve("beacon"), VALUE + "\npulse 1 of a test\n");
    }

    private KeyDeriver deriver(boolean withBeacon) throws IOException {
        return new KeyDeriver(
                MasterSecret.read(secret, Map.of()),
                Inputs.withTable(List.of()).sheet(),
                withBeacon ? Beacon.read(beacon) : null);
    }

    private void commitSecret(Ledger ledger, EpochSecret of) throws IOException {
        ledger.commit(of.name(), Hash.of(of.commitment()), Hash.of(new byte[Hash.LENGTH]));
    }

    private void commit(Ledger ledger, CanaryKey key) throws IOException {
        ledger.commit(
                key.name(), Hash.of(key.commitment()), Hash.of(key.committed().get(1)));
    }

    /** Writes a ledger with the secret, the global key and the stratum, in this order or with the secret last. */
    private void writeLedger(boolean secretFirst) throws Exception {
        CanaryKey stratum = deriver(true).key(STRATUM);
        EpochSecret epoch = deriver(true).secret("2026-Q4");
        try (Ledger ledger = Ledger.open(directory, LedgerOptions.defaults(), Ticker.system(), line -> {})) {
            if (secretFirst) {
                commitSecret(ledger, epoch);
            }
            commit(ledger, Objects.requireNonNull(stratum.global()));
            commit(ledger, stratum);
            if (!secretFirst) {
                commitSecret(ledger, epoch);
            }
        }
    }

    private int export(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "export",
                "--dir",
                directory.toString(),
                "--out",
                bundle.toString(),
                "--secret-file",
                secret.toString()));
        args.addAll(List.of(more));
        return run.of(new LedgerCommand(), args);
    }

    private int exportAll(String key) {
        return export("--key", key, "--reveal", "--reveal-secret", "--beacon", beacon.toString());
    }

    private int node(String... more) throws Exception {
        return run.verifyBundle(parent, bundle, directory.resolve("ledger.pub"), more);
    }

    @Test
    void keyFollowsFromTheSecretAndTheBeacon() throws Exception {
        writeLedger(true);
        assertThat(exportAll(STRATUM)).as(run.err()).isZero();
        assertThat(node("--beacon-time", "2200-01-01T00:00:00Z")).as(run.out()).isZero();
        assertThat(run.out())
                .contains("beacon        \"" + VALUE + "\"")
                .contains("secret        leaf 0")
                .contains("All of the bundle on key \"" + STRATUM + "\" holds.");
        assertThat(node("--beacon-time", "2020-01-01T00:00:00Z")).isEqualTo(1);
        assertThat(run.err()).contains("the secret was committed after the beacon appeared");
        assertThat(node("--beacon-time", "yesterday")).isEqualTo(2);
    }

    @Test
    void publishedHeadDatesTheSecret() throws Exception {
        try (Ledger ledger = Ledger.open(directory, LedgerOptions.defaults(), Ticker.system(), line -> {})) {
            commitSecret(ledger, deriver(true).secret("2026-Q3"));
        }
        Path early = Files.copy(directory.resolve("checkpoint"), parent.resolve("early"));
        writeLedger(true);
        assertThat(export(
                        "--key",
                        STRATUM,
                        "--reveal",
                        "--reveal-secret",
                        "--beacon",
                        beacon.toString(),
                        "--head",
                        early.toString()))
                .isZero();
        assertThat(node("--head", early.toString())).isZero();
        assertThat(node("--head", early.toString(), "--beacon-time", "2200-01-01T00:00:00Z"))
                .isEqualTo(1);
        assertThat(run.err()).contains("the published head does not cover the commitment to the secret");
    }

    @Test
    void secretThatWasCommittedAfterTheKeyShowsNothing() throws Exception {
        writeLedger(false);
        assertThat(exportAll(STRATUM)).isZero();
        assertThat(node()).isEqualTo(1);
        assertThat(run.err()).contains("the secret was committed after");
    }

    @Test
    void changedOpeningFails() throws Exception {
        writeLedger(true);
        assertThat(exportAll(STRATUM)).isZero();
        String whole = Files.readString(bundle);
        for (String opening : List.of("\"opening\"", "\"globalOpening\"", "\"secretOpening\"")) {
            int at = whole.indexOf("\"", whole.indexOf("parts", whole.indexOf(opening)) + 8) + 5;
            Files.writeString(
                    bundle, whole.substring(0, at) + (whole.charAt(at) == '1' ? '2' : '1') + whole.substring(at + 1));
            assertThat(node()).as(opening).isEqualTo(1);
            assertThat(run.err()).as(opening).contains("does not open the commitment");
        }
    }

    @Test
    void anotherBeaconOpensNothing() throws Exception {
        writeLedger(true);
        Files.writeString(beacon, VALUE + "0\npulse 2\n");
        assertThat(exportAll(STRATUM)).isEqualTo(1);
        assertThat(run.err()).contains("this beacon open none of the 1 commitments");
        assertThat(export("--key", STRATUM, "--beacon", beacon.toString())).isEqualTo(2);
        Files.writeString(beacon, VALUE);
        assertThat(exportAll(STRATUM)).isEqualTo(2);
        assertThat(run.err()).contains("expected two lines, the beacon's value and its source");
    }

    @Test
    void everyCommittedSecretOfTheEpochCountsAsAKey() throws Exception {
        writeLedger(true);
        assertThat(keysCounted()).isEqualTo(2);
        try (Ledger ledger = Ledger.open(directory, LedgerOptions.defaults(), Ticker.system(), line -> {})) {
            MasterSecret other = MasterSecret.of("another master secret".getBytes(StandardCharsets.US_ASCII));
            commitSecret(ledger, EpochSecret.of(other, "2026-Q4"));
        }
        assertThat(keysCounted()).as("one more for each of two keys").isEqualTo(4);
        assertThat(exportAll(STRATUM)).isZero();
        assertThat(node()).isZero();
        assertThat(run.out()).contains("secrets       2 are committed for this epoch");
    }

    private int keysCounted() throws IOException {
        Path text = Files.writeString(parent.resolve("text.jsonl"), "{\"text\":\"It is not a bad idea.\"}\n");
        List<String> verify = List.of(
                "verify",
                "--all-keys",
                "--json",
                "--ledger",
                directory.toString(),
                "--suspect",
                text.toString(),
                "--secret-file",
                secret.toString(),
                "--beacon",
                beacon.toString());
        int status = run.of(new CanaryCommand(Map.of(), LedgerCommitments::read), verify);
        assertThat(status).as(run.err()).isZero();
        Matcher counted = Pattern.compile("\"keysCounted\" : (\\d+)").matcher(run.out());
        assertThat(counted.find()).isTrue();
        return Integer.parseInt(counted.group(1));
    }

    @Test
    void verifyAndTraceKnowTheBeacon() throws Exception {
        writeLedger(true);
        Path text = Files.writeString(
                parent.resolve("text.jsonl"), "{\"text\":\"" + "It is not a bad idea. ".repeat(9) + "\"}\n");
        CanaryCommand verbs = new CanaryCommand(Map.of(), LedgerCommitments::read);
        List<String> verify = List.of(
                "verify",
                "--all-keys",
                "--json",
                "--ledger",
                directory.toString(),
                "--suspect",
                text.toString(),
                "--secret-file",
                secret.toString());
        List<String> withBeacon = new ArrayList<>(verify);
        withBeacon.addAll(List.of("--beacon", beacon.toString()));
        assertThat(run.of(verbs, withBeacon)).isZero();
        assertThat(run.out())
                .contains(STRATUM)
                .contains("global/2026-Q4")
                .doesNotContain("secret/2026-Q4")
                .doesNotContain("Exploratory");
        assertThat(run.of(verbs, verify)).isZero();
        assertThat(run.out()).contains("Exploratory");
        List<String> trace = new ArrayList<>(List.of("trace"));
        trace.addAll(withBeacon.stream()
                .skip(1)
                .filter(argument -> !argument.equals("--all-keys"))
                .toList());
        assertThat(run.of(verbs, trace)).isZero();
        assertThat(run.out()).contains(STRATUM).doesNotContain("Exploratory");
    }
}
