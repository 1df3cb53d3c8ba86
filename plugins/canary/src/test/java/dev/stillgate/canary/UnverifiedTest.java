package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.Beacon;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.EpochSecret;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.ledger.CommittedKey;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.edit.SiteListener;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.ShippedTable;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code from: unverified}: strata, exemptions, and responses that are fetched again. */
class UnverifiedTest {
    private static final StrataPolicy STRATA = new StrataPolicy(2, List.of("EU"), null);
    private static final CanaryPolicy POLICY =
            new CanaryPolicy(MarkedFrom.UNVERIFIED, STRATA, null, null, null, null, null);
    private static final Account NEWCOMER = account("a-1", false, null, "EU");
    private static final String PROSE = """
            It is a good idea to look at the figures before you decide, because you do not want to be wrong about them. \
            In order to do this, you need to open the report. There is a table in it that is easy to read, and it does not \
            take a lot of time. If you are not sure what it means, you can ask somebody who is used to such tables. \
            They will not mind, and it is often the case that they have seen the same thing before. However, you should \
            not rely on one table. I am sure that there is more than one way to look at it, and that is not a bad thing. \
            We have seen that people cannot agree on what they would like to know.
            """;

    private final FilterHarness<CanaryPolicy> harness = new FilterHarness<>(new CanaryFactory());

    @TempDir
    private Path directory;

    private static Account account(
            String id, boolean verified, @Nullable String organisation, @Nullable String region) {
        Instant created = Instant.parse("2026-02-10T00:00:00Z");
        return new Account(id, Trust.LISTED, organisation, null, verified, created, Map.of(), region, null);
    }

    private static String expected(@Nullable Beacon beacon, String key) throws Exception {
        ClassTable table = ShippedTable.read();
        KeyDeriver deriver = new KeyDeriver(MasterSecret.test(), ClassSheet.of(table), beacon);
        ProseEditor editor = new ProseEditor(table, deriver.key(key), SiteListener.NONE);
        return editor.feed(PROSE).toString() + editor.end();
    }

    private static String expected(String key) throws Exception {
        return expected(null, key);
    }

    private ResponseTap tap(FakeExchange exchange) {
        harness.body(exchange, Conversation.of("What should I look at?"));
        return harness.tap(exchange, 200);
    }

    private static String text(ResponseTap tap) {
        if (!(tap instanceof ResponseTap.Prose prose)) {
            return PROSE;
        }
        ResponseTap.Prose.Block block = prose.onBlock(0);
        return block.onText(PROSE).toString() + block.onEnd();
    }

    private String answer(Account account) {
        return text(tap(harness.exchange().by(account)));
    }

    /** Creates a response with an id, and returns its text. */
    private String create(Account account, String id) {
        FakeExchange exchange = harness.exchange()
                .by(account)
                .asks(Provider.OPENAI, Operation.RESPONSES, "POST", "/v1/responses")
                .answered(id);
        String text = text(tap(exchange));
        harness.complete(exchange, new Outcome.Served(200, Usage.NONE, 10, 1));
        return text;
    }

    private String fetch(Account account, Operation operation, String path) {
        FakeExchange exchange = harness.exchange().by(account).asks(Provider.OPENAI, operation, "GET", path);
        return text(harness.tap(exchange, 200));
    }

    private String fetch(Account account, String id) {
        return fetch(account, Operation.STORED_RESPONSE, "/v1/responses/" + id);
    }

    @Test
    void firstAnswerOfAnUnverifiedAccountBearsTheMarkOfItsStratum() throws Exception {
        harness.policy(POLICY);
        assertThat(answer(NEWCOMER))
                .isEqualTo(expected("stratum:2026-02:EU/2026-Q1"))
                .isNotEqualTo(PROSE);
        assertThat(answer(account("a-2", false, null, "US"))).isEqualTo(expected("stratum:2026-02:other/2026-Q1"));
        assertThat(answer(Account.ANONYMOUS)).isEqualTo(expected("stratum:unknown:other/2026-Q1"));
        assertThat(harness.context().shows("canary", "stratum:2026-02:EU/2026-Q1"))
                .isNotNull();
        assertThat(harness.context().shows("canary", "global/2026-Q1")).isNotNull();
    }

    @Test
    void verifiedAccountsAndOrganisationsAreNotMarked() {
        harness.policy(POLICY);
        assertThat(answer(account("a-3", true, null, "EU"))).isEqualTo(PROSE);
        assertThat(answer(account("a-4", false, "org-1", "EU"))).isEqualTo(PROSE);
    }

    @Test
    void accountAtMarkedBearsItsGroupsKeyEvenIfVerified() throws Exception {
        harness.context().stands("a-1", Standing.MARKED, "c3");
        harness.context().stands("a-3", Standing.POOLED, "c3");
        harness.policy(POLICY);
        assertThat(answer(NEWCOMER)).isEqualTo(expected("c3/2026-Q1"));
        assertThat(answer(account("a-3", true, null, "EU"))).isEqualTo(expected("c3/2026-Q1"));
    }

    @Test
    void shippedPolicyMarksNoStrata() {
        harness.policy(new CanaryPolicy(null, null, null, null, null, null, null));
        assertThat(answer(NEWCOMER)).isEqualTo(PROSE);
    }

    @Test
    void storedAnswerKeepsItsKeyWhenStandingStratumOrEpochChange() throws Exception {
        harness.policy(POLICY);
        String first = create(NEWCOMER, "resp_1");
        assertThat(first).isEqualTo(expected("stratum:2026-02:EU/2026-Q1"));
        assertThat(fetch(account("a-1", false, null, "US"), "resp_1")).isEqualTo(first);
        assertThat(fetch(account("a-1", true, null, "EU"), "resp_1"))
                .as("verified since")
                .isEqualTo(first);
        harness.context().stands("a-1", Standing.MARKED, "c3");
        assertThat(fetch(NEWCOMER, "resp_1")).as("marked since").isEqualTo(first);
        assertThat(fetch(NEWCOMER, "resp_1/cancel")).isEqualTo(first);
        harness.ticker().jumpWallClock(Duration.ofDays(100));
        harness.ticker().advance(Duration.ofHours(1));
        assertThat(fetch(NEWCOMER, "resp_1")).as("another epoch").isEqualTo(first);
        assertThat(fetch(NEWCOMER, "resp_2")).as("unknown id").isEqualTo(expected("c3/2026-Q2"));
    }

    @Test
    void resultsOfABatchAreMarkedAlikeWheneverTheyAreFetched() throws Exception {
        harness.policy(POLICY);
        for (Operation operation : List.of(Operation.MESSAGE_BATCH_RESULTS, Operation.FILE_CONTENT)) {
            String path = "/v1/" + operation + "/b-1";
            String first = fetch(NEWCOMER, operation, path);
            assertThat(first).isEqualTo(expected("stratum:2026-02:EU/2026-Q1"));
            harness.context().stands("a-1", Standing.MARKED, "c3");
            assertThat(fetch(NEWCOMER, operation, path)).isEqualTo(first);
            harness.context().stands("a-1", Standing.CLEAR);
        }
    }

    @Test
    void listsOfStoredAnswersAreNotRemembered() throws Exception {
        harness.policy(POLICY);
        String path = "/v1/chat/completions";
        assertThat(fetch(NEWCOMER, Operation.STORED_CHAT_COMPLETION, path))
                .isEqualTo(expected("stratum:2026-02:EU/2026-Q1"));
        assertThat(fetch(account("a-2", false, null, "US"), Operation.STORED_CHAT_COMPLETION, path))
                .isEqualTo(expected("stratum:2026-02:other/2026-Q1"));
        assertThat(fetch(NEWCOMER, Operation.STORED_CHAT_COMPLETION, path + "/c-1/messages"))
                .isEqualTo(fetch(
                        account("a-2", false, null, "US"), Operation.STORED_CHAT_COMPLETION, path + "/c-1/messages"));
    }

    @Test
    void answerThatWasNotMarkedStaysUnmarked() throws Exception {
        harness.policy(POLICY);
        harness.ticker().soon(task -> false);
        assertThat(create(NEWCOMER, "resp_1")).as("no key yet").isEqualTo(PROSE);
        harness.ticker().soon(task -> {
            task.run();
            return true;
        });
        assertThat(fetch(NEWCOMER, "resp_1")).isEqualTo(PROSE);
        assertThat(create(NEWCOMER, "resp_2")).isEqualTo(expected("stratum:2026-02:EU/2026-Q1"));
    }

    @Test
    void secretsAndGlobalKeyAreCommittedBeforeTheStratum() throws Exception {
        harness.context().keepsStateIn(directory);
        harness.policy(POLICY);
        answer(NEWCOMER);
        harness.ticker().advance(Duration.ofMillis(100));
        harness.context().state(CanaryState.class, () -> null).close();
        assertThat(CommittedKey.all(directory.resolve("ledger")))
                .extracting(CommittedKey::name)
                .containsExactly("secret/2026-Q1", "secret/2026-Q2", "global/2026-Q1", "stratum:2026-02:EU/2026-Q1");
    }

    @Test
    void beaconIsTooEarlyUntilItsSecretHasBeenCommittedForAnHour() throws Exception {
        EpochSecret secret = EpochSecret.of(MasterSecret.test(), "2026-Q1");
        assertThat(CanaryFactory.isTooEarly(OptionalLedger.open(null, harness.ticker()), secret, 0))
                .as("no ledger")
                .isTrue();
        harness.context().keepsStateIn(directory);
        harness.policy(POLICY);
        CanaryState state = harness.context().state(CanaryState.class, () -> null);
        long start = harness.ticker().millis();
        assertThat(CanaryFactory.isTooEarly(state.ledger(), secret, start)).isTrue();
        harness.ticker().advance(Duration.ofMillis(100));
        long hour = Duration.ofHours(1).toMillis() + 100;
        assertThat(CanaryFactory.isTooEarly(state.ledger(), secret, start + hour - 1))
                .isTrue();
        assertThat(CanaryFactory.isTooEarly(state.ledger(), secret, start + hour))
                .isFalse();
        state.close();
    }

    @Test
    void beaconChangesTheKeysAfterAReload() throws Exception {
        harness.policy(POLICY);
        String before = answer(NEWCOMER);
        Path file = Files.writeString(directory.resolve("beacon"), "0123456789abcdef\npulse 7\n");
        harness.policy(new CanaryPolicy(
                MarkedFrom.UNVERIFIED, STRATA, null, null, new BeaconPolicy(null, null, file), null, null));
        assertThat(answer(NEWCOMER))
                .isEqualTo(expected(new Beacon("0123456789abcdef", "pulse 7"), "stratum:2026-02:EU/2026-Q1"))
                .isNotEqualTo(before);
        assertThat(String.valueOf(harness.context().showsAll("canary"))).contains("pulse 7");
    }
}
