package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.sketch.AccountReport;
import dev.stillgate.canary.sketch.AccountTrace;
import dev.stillgate.canary.sketch.SketchKey;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.edit.SiteListener;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.ShippedTable;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CanaryFilterTest {
    private static final CanaryPolicy POLICY = new CanaryPolicy(null, null, null, null, null, null, null);
    private static final String PROSE = """
            It is a good idea to look at the figures before you decide, because you do not want to be wrong about them. \
            In order to do this, you need to open the report. There is a table in it that is easy to read, and it does not \
            take a lot of time. If you are not sure what it means, you can ask somebody who is used to such tables. \
            They will not mind, and it is often the case that they have seen the same thing before.

            However, you should not rely on one table. I am sure that there is more than one way to look at it, and that \
            is not a bad thing. We have seen that people cannot agree on what they would like to know.
            """;

    private final FilterHarness<CanaryPolicy> harness = new FilterHarness<>(new CanaryFactory());

    @TempDir
    private Path directory;

    private FilterHarness<CanaryPolicy> marked() {
        harness.context().stands("a-1", Standing.MARKED, "c3");
        return harness.policy(POLICY);
    }

    private static String expected(String key) throws Exception {
        ClassTable table = ShippedTable.read();
        CanaryKey chosen = CanaryKey.derive(MasterSecret.test(), key, ClassSheet.of(table));
        ProseEditor editor = new ProseEditor(table, chosen, SiteListener.NONE);
        return editor.feed(PROSE).toString() + editor.end();
    }

    private static String ofAccount(String id, String epoch) throws Exception {
        ClassSheet sheet = ClassSheet.of(ShippedTable.read());
        return new KeyDeriver(MasterSecret.test(), sheet, null).ofAccount(id, epoch);
    }

    private static String pass(ResponseTap.Prose.Block block) {
        return block.onText(PROSE).toString() + block.onEnd();
    }

    private ResponseTap answer(FakeExchange exchange, BodyView body) {
        assertThat(harness.body(exchange, body)).isEqualTo(Verdict.ALLOW);
        return harness.tap(exchange, 200);
    }

    private ResponseTap.Prose prose(FakeExchange exchange) {
        ResponseTap tap = answer(exchange, Conversation.of("What should I look at?"));
        assertThat(tap).isInstanceOf(ResponseTap.Prose.class);
        return (ResponseTap.Prose) tap;
    }

    private long skipped(Exemption why) {
        return harness.context().count("stillgate.canary.skipped", "reason", why.label());
    }

    private long answers(String result) {
        return harness.context().count("stillgate.canary.answers", "result", result);
    }

    @Test
    void answersBelowTheConfiguredStandingAreUnchanged() {
        harness.context().stands("a-1", Standing.CLEAR, "c3");
        harness.policy(POLICY);
        assertThat(answer(harness.exchange(), Conversation.of("Hello"))).isEqualTo(ResponseTap.NONE);
        for (Exemption why : Exemption.values()) {
            assertThat(skipped(why)).isZero();
        }
    }

    @Test
    void keyBelongsToTheClusterAndTheEpoch() throws Exception {
        marked();
        ResponseTap.Prose tap = prose(harness.exchange());
        String text = pass(tap.onBlock(0));
        assertThat(text).isEqualTo(expected("c3/2026-Q1")).isNotEqualTo(PROSE);
        assertThat(tap.sites()).isGreaterThan(5);
        assertThat(pass(tap.onRepeat(0))).isEqualTo(text);
        assertThat(tap.sites()).as("a repeat is not counted").isEqualTo((int)
                harness.context().count("stillgate.canary.sites"));
        harness.ticker().jumpWallClock(Duration.ofDays(100));
        assertThat(pass(prose(harness.exchange()).onBlock(0))).isEqualTo(expected("c3/2026-Q2"));
    }

    @Test
    void accountOutsideAnyClusterHasItsOwnKey() throws Exception {
        harness.context().stands("a-1", Standing.POOLED);
        harness.policy(new CanaryPolicy(MarkedFrom.MARKED, null, null, null, null, Epoch.YEAR, null));
        assertThat(pass(prose(harness.exchange()).onBlock(0))).isEqualTo(expected(ofAccount("a-1", "2026")));
    }

    @Test
    @DisplayName("plugins 14: an account and a cluster of one name have different keys")
    void accountAndClusterOfOneNameHaveDifferentKeys() throws Exception {
        assertThat(KeyNames.ofGroup("c3", "2026-Q4"))
                .as("as in earlier versions")
                .isEqualTo("c3/2026-Q4");
        harness.context().stands("c3", Standing.MARKED);
        harness.context().stands("a-1", Standing.MARKED, "c3");
        harness.policy(POLICY);
        String alone =
                pass(prose(harness.exchange().by(FakeExchange.listed("c3"))).onBlock(0));
        String inTheCluster = pass(prose(harness.exchange()).onBlock(0));
        assertThat(alone).isEqualTo(expected(ofAccount("c3", "2026-Q1")));
        assertThat(inTheCluster).isEqualTo(expected("c3/2026-Q1")).isNotEqualTo(alone);
    }

    @Test
    @DisplayName("plugins 14: answers of an account with a long id are marked")
    void idOfAnAccountIsNotInItsName() throws Exception {
        for (int length : new int[] {112, 113, 121, 128}) {
            String id = "x".repeat(length);
            harness.context().stands(id, Standing.MARKED);
            harness.policy(POLICY);
            FakeExchange exchange = harness.exchange().by(FakeExchange.listed(id));
            assertThat(pass(prose(exchange).onBlock(0))).as(id).isNotEqualTo(PROSE);
            assertThat(ofAccount(id, "2026-Q1"))
                    .isNotEqualTo(ofAccount(id + "y", "2026-Q1"))
                    .matches("account:[0-9a-f]{32}/2026-Q1");
        }
    }

    @Test
    @DisplayName("plugins 9: a key is derived in the background, and retried after the queue was full")
    void keyIsDerivedInTheBackground() {
        List<Runnable> tasks = new ArrayList<>();
        marked();
        harness.ticker().soon(task -> false);
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        harness.ticker().soon(tasks::add);
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.KEY_PENDING)).isEqualTo(3);
        assertThat(tasks).hasSize(1);
        tasks.getFirst().run();
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void exemptAnswersAreUnchangedAndCounted() {
        marked();
        BodyView signed = Conversation.of("x").message("assistant", BodyView.PartKind.SIGNATURE, "sig");
        Map<Exemption, BodyView> prompts = Map.of(
                Exemption.STRUCTURED_OUTPUT, Conversation.of("x").structured(),
                Exemption.LOGPROBS, Conversation.of("x").withLogprobs(),
                Exemption.THINKING_AND_TOOLS,
                        Conversation.of("x").withThinking().tools("search"),
                Exemption.THINKING_HISTORY, signed,
                Exemption.WORDING, Conversation.of("Write a haiku about autumn."));
        prompts.forEach((why, prompt) -> {
            assertThat(answer(harness.exchange(), prompt)).as(why.label()).isEqualTo(ResponseTap.NONE);
            assertThat(skipped(why)).as(why.label()).isEqualTo(1);
        });
        FakeExchange failed = harness.exchange();
        harness.body(failed, Conversation.of("x"));
        assertThat(harness.tap(failed, 529)).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.STATUS)).isEqualTo(1);
    }

    @Test
    @DisplayName("plugins 3: a wording constraint in one message holds for all later answers of the conversation")
    void constraintInAnyUserMessageOrSystemPromptExempts() {
        marked();
        BodyView next = Conversation.of("Quote the first article exactly.")
                .assistant("All are born free.")
                .user("Now the next one.");
        assertThat(answer(harness.exchange(), next)).isEqualTo(ResponseTap.NONE);
        BodyView always = Conversation.of("What is autumn?").system("You answer in haiku. Write a haiku every time.");
        assertThat(answer(harness.exchange(), always)).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.WORDING)).isEqualTo(2);
        BodyView onlyTheModelSaysSo =
                Conversation.of("What is autumn?").assistant("A haiku?").user("No, just say what it is.");
        assertThat(answer(harness.exchange(), onlyTheModelSaysSo)).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void repeatedSystemPromptsKeepTheirVerdicts() {
        marked();
        String filler = "You help the keepers of the light with their questions. ".repeat(10);
        List<String> systems = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            systems.add(filler + "You are number " + i + (i % 3 == 0 ? ", and write poems." : "."));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < systems.size(); i++) {
                BodyView prompt = Conversation.of("What is autumn?").system(systems.get(i));
                BodyView poem = Conversation.of("A poem!").system(systems.get(i));
                assertThat(answer(harness.exchange(), prompt) == ResponseTap.NONE)
                        .as(systems.get(i))
                        .isEqualTo(i % 3 == 0);
                assertThat(answer(harness.exchange(), poem)).isEqualTo(ResponseTap.NONE);
            }
        }
    }

    @Test
    @DisplayName("plugins 3: an answer that continues an exempt one by id is exempt")
    void continuationOfAnExemptAnswerIsExempt() {
        marked();
        FakeExchange quoted = harness.exchange()
                .asks(Provider.OPENAI, Operation.RESPONSES, "POST", "/v1/responses")
                .answered("resp_1");
        assertThat(answer(quoted, Conversation.of("Quote the first article exactly.")))
                .isEqualTo(ResponseTap.NONE);
        harness.complete(quoted, new Outcome.Served(200, Usage.NONE, 10, 1));
        BodyView next = Conversation.of("Now the next one.").continues("resp_1");
        FakeExchange exchange = harness.exchange()
                .asks(Provider.OPENAI, Operation.RESPONSES, "POST", "/v1/responses")
                .answered("resp_2");
        assertThat(answer(exchange, next)).isEqualTo(ResponseTap.NONE);
        harness.complete(exchange, new Outcome.Served(200, Usage.NONE, 10, 1));
        assertThat(answer(harness.exchange(), Conversation.of("And the third.").continues("resp_2")))
                .isEqualTo(ResponseTap.NONE);
        assertThat(answer(harness.exchange(), Conversation.of("Hello").continues("resp_9")))
                .isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void thinkingWithoutToolsIsMarked() {
        marked();
        assertThat(answer(harness.exchange(), Conversation.of("Why?").withThinking()))
                .isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void exemptAnswerIsUnchangedWhenFetchedAgain() {
        marked();
        FakeExchange made = harness.exchange()
                .asks(Provider.OPENAI, Operation.RESPONSES, "POST", "/v1/responses")
                .answered("resp_1");
        assertThat(answer(made, Conversation.of("x").structured())).isEqualTo(ResponseTap.NONE);
        harness.complete(made, new Outcome.Served(200, Usage.NONE, 10, 1));
        FakeExchange again =
                harness.exchange().asks(Provider.OPENAI, Operation.STORED_RESPONSE, "GET", "/v1/responses/resp_1");
        assertThat(harness.tap(again, 200)).isEqualTo(ResponseTap.NONE);
        FakeExchange other =
                harness.exchange().asks(Provider.OPENAI, Operation.STORED_RESPONSE, "GET", "/v1/responses/resp_2");
        assertThat(harness.tap(other, 200)).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    @DisplayName("engine A1: an exempt response is unchanged when cancelled; lists of its input items are marked")
    void exemptResponseIsUnchangedWhenCancelled() {
        marked();
        FakeExchange made = harness.exchange()
                .asks(Provider.OPENAI, Operation.RESPONSES, "POST", "/v1/responses")
                .answered("resp_1");
        assertThat(answer(made, Conversation.of("x").structured())).isEqualTo(ResponseTap.NONE);
        harness.complete(made, new Outcome.Served(200, Usage.NONE, 10, 1));
        FakeExchange cancelled = harness.exchange()
                .asks(Provider.OPENAI, Operation.STORED_RESPONSE, "POST", "/v1/responses/resp_1/cancel");
        assertThat(harness.tap(cancelled, 200)).isEqualTo(ResponseTap.NONE);
        FakeExchange items = harness.exchange()
                .asks(Provider.OPENAI, Operation.STORED_RESPONSE, "GET", "/v1/responses/resp_1/input_items");
        assertThat(harness.tap(items, 200)).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void failuresAndOtherOperationsAreNotMarked() {
        marked();
        FakeExchange models = harness.exchange().asks(Provider.OPENAI, Operation.OPAQUE, "GET", "/v1/models");
        assertThat(harness.tap(models, 200)).isEqualTo(ResponseTap.NONE);
    }

    private static void await(Release release) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        if (release instanceof Release.Hold hold) {
            hold.onRelease(over::countDown);
            assertThat(over.await(10, TimeUnit.SECONDS)).as("released").isTrue();
            assertThat(hold.isExpired()).isFalse();
        }
    }

    @Test
    void keyWaitsForItsCommitmentAndAnswerForItsLeaf() throws Exception {
        harness.context().keepsStateIn(directory);
        marked();
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.KEY_PENDING)).isEqualTo(1);
        harness.ticker().advance(Duration.ofMillis(100));
        assertThat(harness.context().gauge("stillgate.canary.ledger.leaves"))
                .as("two secrets of epochs and the key")
                .isEqualTo(3);

        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onAnswer("msg_1", true);
        await(tap.onEnd());
        assertThat(answers("witnessed")).isEqualTo(1);
        assertThat(harness.context().gauge("stillgate.canary.ledger.leaves")).isEqualTo(4);
        close();
    }

    @Test
    void dossierShowsTheKeysOfTheClusterWithTheirLeaves() throws Exception {
        harness.context().keepsStateIn(directory);
        marked();
        assertThat(harness.context().shows("dossiers", "c3")).isNull();
        answer(harness.exchange(), Conversation.of("x"));
        assertThat(String.valueOf(harness.context().shows("dossiers", "c3")))
                .contains("key=c3/2026-Q1", "committed=false", "answers=0");
        harness.ticker().advance(Duration.ofMillis(100));
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onAnswer("msg_1", true);
        await(tap.onEnd());
        String written = "key=c3/2026-Q1, committed=true, leaf=2, since=2026-";
        String shown = String.valueOf(harness.context().shows("dossiers", "c3"));
        assertThat(shown)
                .contains("state=written", "leaves=4", written, "answers=1, sites=" + tap.sites())
                .doesNotContain("committed=false");
        for (String other : List.of("c", "c3/2026-Q1", "secret", "global", "", "c33")) {
            assertThat(harness.context().shows("dossiers", other)).as(other).isNull();
        }
        close();
        FilterHarness<CanaryPolicy> restarted = new FilterHarness<>(new CanaryFactory());
        restarted.context().keepsStateIn(directory);
        restarted.policy(POLICY);
        assertThat(String.valueOf(restarted.context().shows("dossiers", "c3")))
                .as("counted from the ledger after a restart")
                .contains(written, "answers=1, sites=" + tap.sites());
        restarted.context().state(CanaryState.class, () -> null).close();
    }

    private void close() throws Exception {
        harness.context().state(CanaryState.class, () -> null).close();
    }

    @Test
    void shadowModeRecordsNothing() throws Exception {
        harness.context().keepsStateIn(directory);
        marked();
        answer(harness.exchange(), Conversation.of("x"));
        harness.ticker().advance(Duration.ofMillis(100));
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onAnswer("msg_1", false);
        assertThat(tap.onEnd()).isEqualTo(Release.NOW);
        assertThat(harness.context().count("stillgate.canary.sites")).isPositive();
        close();
        assertThat(answers("witnessed") + answers("unwitnessed")).isZero();
    }

    @Test
    void unusableLedgerLeavesEveryAnswerUnmarked() throws Exception {
        Files.writeString(directory.resolve("ledger"), "in the way");
        harness.context().keepsStateIn(directory);
        marked();
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.LEDGER)).isEqualTo(1);
        assertThat(harness.context().gauge("stillgate.canary.ledger.writable")).isZero();
        assertThat(String.valueOf(harness.context().showsAll("canary"))).contains("ledger");
    }

    @Test
    void answerWithoutSitesIsPlain() {
        marked();
        ResponseTap.Prose tap = prose(harness.exchange());
        ResponseTap.Prose.Block block = tap.onBlock(0);
        assertThat(block.onText("42").toString() + block.onEnd()).isEqualTo("42");
        tap.onAnswer("msg_1", true);
        assertThat(tap.onEnd()).isEqualTo(Release.NOW);
        assertThat(answers("plain")).isEqualTo(1);
        assertThat(tap.sites()).isZero();
    }

    @Test
    void reloadKeepsTheKeys() {
        marked();
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onAnswer("msg_1", true);
        harness.policy(POLICY);
        assertThat(harness.context().shows("canary", "c3/2026-Q1")).asString().contains("answers=1");
        assertThat(harness.context().shows("canary", "c4/2026-Q1")).isNull();
    }

    @Test
    void invalidPolicyIsRejectedWithItsReason() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "short");
        assertThatThrownBy(() -> harness.policy(new CanaryPolicy(null, null, null, secret, null, null, null)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("16");
        Path table = Files.writeString(directory.resolve("t.yaml"), "classes: 3\n");
        assertThatThrownBy(() -> harness.policy(new CanaryPolicy(null, null, List.of(table), null, null, null, null)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("t.yaml");
    }

    private void serve(String id, boolean delivered) throws Exception {
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        pass(tap.onRepeat(0));
        tap.onAnswer(id, delivered);
        if (delivered) {
            await(tap.onEnd());
        }
    }

    private FilterHarness<CanaryPolicy> sketched(SketchPolicy sketches) {
        harness.context().keepsStateIn(directory);
        harness.context().stands("a-1", Standing.MARKED, "c3");
        harness.policy(new CanaryPolicy(null, null, null, null, null, null, sketches));
        answer(harness.exchange(), Conversation.of("x"));
        harness.ticker().advance(Duration.ofMillis(100));
        return harness;
    }

    private AccountReport trace() throws Exception {
        AccountTrace trace =
                new AccountTrace(SketchKey.of(MasterSecret.test()), List.of(directory.resolve("sketches")));
        trace.read(expected("c3/2026-Q1"));
        return trace.report();
    }

    @Test
    void deliveredAnswerIsSketchedAndErasedWithItsAccount() throws Exception {
        sketched(null);
        serve("msg_1", true);
        assertThat(trace().named()).as("written off the event loop").isEmpty();
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isEqualTo(1);
        assertThat(trace().named()).hasSize(1).first().satisfies(named -> {
            assertThat(named.account()).isEqualTo("a-1");
            assertThat(named.values()).isGreaterThan(4);
        });
        assertThat(harness.context().does("accounts", AdminAction.ERASE, "a-2", Map.of()))
                .isNull();
        assertThat(harness.context().does("accounts", AdminAction.ERASE, "a-1", Map.of()))
                .isEqualTo(Map.of("sketches", 1L));
        assertThat(trace().named()).isEmpty();
        close();
    }

    @Test
    void answersThatWereNotDeliveredAreNotSketched() throws Exception {
        sketched(null);
        serve("msg_1", false);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isZero();
        close();
        assertThat(directory.resolve("sketches")).doesNotExist();
    }

    @Test
    void shortAnswersAreNotSketched() throws Exception {
        sketched(null);
        ResponseTap.Prose tap = prose(harness.exchange());
        ResponseTap.Prose.Block block = tap.onBlock(0);
        block.onText("I am sorry, but I cannot help you with this request today. Is there anything else you need?");
        block.onEnd();
        tap.onAnswer("msg_1", true);
        await(tap.onEnd());
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isZero();
        close();
    }

    @Test
    void noSketchIsKeptWhenThePolicyKeepsNone() throws Exception {
        sketched(null);
        serve("msg_1", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        sketched(new SketchPolicy(0));
        serve("msg_2", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isZero();
        assertThat(trace().sketches()).isZero();
        close();
        assertThatThrownBy(() -> new SketchPolicy(-1)).isInstanceOf(PolicyException.class);
        assertThatThrownBy(() -> new SketchPolicy(2_000_000_000)).isInstanceOf(PolicyException.class);
    }

    @Test
    void markingGoesOnWhenSketchesCannotBeWritten() throws Exception {
        Files.writeString(directory.resolve("sketches"), "in the way");
        sketched(null);
        serve("msg_1", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        serve("msg_2", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(answers("witnessed")).isEqualTo(2);
        assertThat(harness.context().gauge("stillgate.canary.sketches.lost")).isEqualTo(2);
        close();
    }
}
