package dev.stillgate.canary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.LedgerOptions;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.proof.LedgerCommitments;
import dev.stillgate.canary.proof.SavedAudit;
import dev.stillgate.canary.proof.SavedAudits;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code canary verify --save}. */
class SaveAuditTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("STILLGATE_CANARY_SECRET", "a secret of this test only");
    private static final Instant NOW = Instant.parse("2026-11-29T10:15:30.250Z");

    @TempDir
    Path parent;

    private final VerbRun run = new VerbRun();
    private Path ledger;
    private Path text;

    @BeforeEach
    void writeLedger() throws Exception {
        ledger = parent.resolve("ledger");
        text = Files.writeString(parent.resolve("text.jsonl"), "{\"text\":\"It is not a bad idea.\"}\n");
        CanaryKey key = CanaryKey.derive(
                MasterSecret.read(null, ENVIRONMENT),
                "c3/2026-Q4",
                Inputs.withTable(List.of()).sheet());
        try (Ledger open = Ledger.open(ledger, LedgerOptions.defaults(), Ticker.system(), line -> {})) {
            open.commit(
                    key.name(),
                    Hash.of(key.commitment()),
                    Hash.of(key.committed().get(1)));
        }
    }

    private int verify(String... more) {
        List<String> arguments = new ArrayList<>(List.of("verify", "--suspect", text.toString()));
        arguments.addAll(List.of(more));
        return run.of(new CanaryCommand(ENVIRONMENT, LedgerCommitments::read, () -> NOW), arguments);
    }

    private List<SavedAudit> saved() {
        return new SavedAudits(parent.resolve("audits"), line -> {
                    throw new AssertionError(line);
                })
                .all();
    }

    @Test
    void resultIsKeptBesideTheLedger() {
        assertThat(verify("--key", "c3/2026-Q4", "--key", "c4/2026-Q4", "--ledger", ledger.toString(), "--save", "m 1"))
                .as(run.err())
                .isZero();
        assertThat(saved()).singleElement().satisfies(audit -> {
            assertThat(audit.at()).isEqualTo("2026-11-29T10:15:30Z");
            assertThat(audit.suspect()).isEqualTo("m 1");
            assertThat(audit.answers()).isEqualTo(1);
            assertThat(audit.preregistered()).isFalse();
            assertThat(audit.outcomes())
                    .extracting(SavedAudit.Outcome::key, SavedAudit.Outcome::committed)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("c3/2026-Q4", true),
                            org.assertj.core.groups.Tuple.tuple("c4/2026-Q4", false));
            assertThat(audit.outcomes())
                    .allMatch(outcome -> outcome.finding().endsWith("no evidence of the mark"))
                    .allMatch(outcome -> outcome.finding().startsWith("exploratory: ") != outcome.committed());
        });
    }

    @Test
    void nothingIsKeptWithoutTheOption() {
        assertThat(verify("--all-keys", "--ledger", ledger.toString())).isZero();
        assertThat(parent.resolve("audits")).doesNotExist();
    }

    @Test
    void saveNeedsALedgerAndAName() throws IOException {
        assertThat(verify("--key", "c3/2026-Q4", "--save", "m")).isEqualTo(2);
        assertThat(run.err()).contains("--save needs --ledger with the directory of a ledger");
        assertThat(verify("--key", "c3/2026-Q4", "--ledger", text.toString(), "--save", "m"))
                .isEqualTo(2);
        for (String name : List.of(" ", "a\nb", "x".repeat(201))) {
            assertThat(verify("--all-keys", "--ledger", ledger.toString(), "--save", name))
                    .isEqualTo(2);
            assertThat(run.err()).contains("--save takes a name of 1 to 200 characters");
        }
        Files.writeString(parent.resolve("audits"), "a file in the way");
        assertThat(verify("--all-keys", "--ledger", ledger.toString(), "--save", "m"))
                .isOne();
        assertThat(run.out()).as("the report is printed all the same").contains("c3/2026-Q4");
    }
}
