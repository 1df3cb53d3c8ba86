package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.scoped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.bucket.BucketStore;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy.EndUsers;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of the end users of an account: who is counted, what a flood of new names does, and what is kept of a name. */
final class EndUserLimitTest {
    private static final Set<Scope> SCOPE = EnumSet.of(Scope.ACCOUNT, Scope.END_USER);
    private static final Limit TWO = scoped(SCOPE, limit("person", 2, "2/1h"));
    private static final Limit MANY = limit("requests", 1_000, "1000/1h");

    @TempDir
    private Path directory;

    private FakeContext context = new FakeContext("limits", new FakeTicker());

    private static TokenBucketPolicy policy(@Nullable EndUsers endUsers, @Nullable Long accounts, Limit... limits) {
        return new TokenBucketPolicy(
                List.of(limits), null, null, null, null, null, accounts, null, null, null, null, null, endUsers);
    }

    private static Verdict ask(Metered metered, FakeExchange exchange, @Nullable String person) {
        Conversation chat = Conversation.of("hi");
        Verdict verdict = metered.ask(exchange, person == null ? chat : chat.by(person));
        metered.served(exchange, 1, 1);
        return verdict;
    }

    private static String code(Verdict verdict) {
        return verdict instanceof Verdict.Reject reject ? reject.code() : "allowed";
    }

    /** Asks until a request is refused, and returns the number of allowed ones. */
    private static int drain(Metered metered, @Nullable String person, int most) {
        int allowed = 0;
        while (allowed < most && ask(metered, metered.messages(), person) == Verdict.ALLOW) {
            allowed++;
        }
        return allowed;
    }

    @Test
    void eachEndUserOfAnAccountHasAnOwnLimit() {
        Metered metered = new Metered(policy(null, null, TWO, MANY));
        assertThat(drain(metered, "ann", 9)).isEqualTo(2);
        Verdict refused = ask(metered, metered.messages(), "ann");
        assertThat(code(refused)).isEqualTo("person");
        assertThat(((Verdict.Reject) refused).message()).contains("end user's rate limit");
        assertThat(((Verdict.Reject) refused).retryAfter()).isPositive();
        assertThat(drain(metered, "bob", 9)).isEqualTo(2);
        assertThat(ask(metered, metered.messages().by(account("a-2")), "ann")).isSameAs(Verdict.ALLOW);
        assertThat(metered.left("requests")).isEqualTo(996);
        metered.advance(Duration.ofMinutes(30));
        assertThat(drain(metered, "ann", 9)).isEqualTo(1);
    }

    @Test
    void limitOfTheAccountCountsAllEndUsers() {
        Metered metered = new Metered(policy(null, null, TWO, limit("requests", 3, "3/1h")));
        assertThat(drain(metered, "ann", 9)).isEqualTo(2);
        assertThat(ask(metered, metered.messages(), "bob")).isSameAs(Verdict.ALLOW);
        assertThat(code(ask(metered, metered.messages(), "cid"))).isEqualTo("requests");
    }

    @Test
    void requestThatNamesNoEndUserIsNotCounted() {
        Metered metered = new Metered(policy(null, null, TWO));
        assertThat(drain(metered, null, 9)).isEqualTo(9);
        assertThat(drain(metered, " ", 9)).isEqualTo(9);
        FakeExchange list = metered.messages().asks(Provider.OPENAI, Operation.OPAQUE, "GET", "/v1/models");
        assertThat(metered.harness.request(list)).isSameAs(Verdict.ALLOW);
        assertThat(ask(metered, metered.messages(), "ann")).isSameAs(Verdict.ALLOW);
    }

    @Test
    void sessionInTheNameOfAnAgentDoesNotCount() {
        Metered metered = new Metered(policy(null, null, TWO));
        assertThat(ask(metered, metered.messages(), "user_7_account__session_1"))
                .isSameAs(Verdict.ALLOW);
        assertThat(ask(metered, metered.messages(), "user_7_account__session_2"))
                .isSameAs(Verdict.ALLOW);
        assertThat(code(ask(metered, metered.messages(), "user_7_account__session_3")))
                .isEqualTo("person");
        assertThat(ask(metered, metered.messages(), "user_8_account__session_3"))
                .isSameAs(Verdict.ALLOW);
        assertThat(drain(metered, "shop_session_1", 9)).isEqualTo(2);
        assertThat(drain(metered, "shop_session_2", 9)).as("not an agent's").isEqualTo(2);
    }

    @Test
    void headerNamesTheEndUserInPlaceOfTheBody() {
        Metered metered = new Metered(policy(new EndUsers("X-End-User", null), null, TWO));
        for (int i = 0; i < 2; i++) {
            FakeExchange exchange = metered.messages().with(new Header("x-end-user", "ann"));
            assertThat(ask(metered, exchange, "p-" + i)).isSameAs(Verdict.ALLOW);
        }
        assertThat(code(ask(metered, metered.messages().with(new Header("x-end-user", "ann")), "p-9")))
                .isEqualTo("person");
        assertThat(drain(metered, "ann", 9)).as("in the body").isEqualTo(9);
        FakeExchange list = metered.messages()
                .asks(Provider.OPENAI, Operation.OPAQUE, "GET", "/v1/models")
                .with(new Header("x-end-user", "ann"));
        assertThat(code(metered.harness.request(list))).isEqualTo("person");
    }

    @Test
    void newNamesBeyondTheBoundShareOneBucketAndEvictNone() {
        Metered metered = new Metered(policy(new EndUsers(null, 3), null, TWO));
        assertThat(drain(metered, "ann", 9)).isEqualTo(2);
        int allowed = 0;
        for (int i = 0; i < 1_000; i++) {
            allowed += ask(metered, metered.messages(), "invented-" + i) == Verdict.ALLOW ? 1 : 0;
        }
        assertThat(allowed)
                .as("two with their own buckets, two from the shared one")
                .isEqualTo(4);
        assertThat(held(metered)).isEqualTo(4);
        assertThat(code(ask(metered, metered.messages(), "ann"))).isEqualTo("person");
        assertThat(ask(metered, metered.messages().by(account("a-2")), "zoe"))
                .as("another account")
                .isSameAs(Verdict.ALLOW);
        metered.advance(Duration.ofHours(3));
        assertThat(held(metered)).isZero();
        assertThat(drain(metered, "zoe", 9)).isEqualTo(2);
    }

    @Test
    void endUsersOfAllAccountsAreBoundedTogether() {
        Metered metered = new Metered(policy(new EndUsers(null, 50), 100L, TWO));
        for (int account = 0; account < 20; account++) {
            for (int person = 0; person < 30; person++) {
                ask(metered, metered.messages().by(account("a-" + account)), "p-" + person);
            }
        }
        assertThat(held(metered)).as("and one shared by each account").isBetween(100L, 120L);
    }

    private static long held(Metered metered) {
        return (long) metered.harness.context().gauge("stillgate.token.bucket.users");
    }

    @Test
    void forgedKeysHaveNoEndUsers() {
        Metered metered = new Metered(policy(null, null, TWO, MANY));
        for (int i = 0; i < 100; i++) {
            Account forged = new Account("h1:" + i, Account.Trust.PROVISIONAL, null, null, false, null);
            ask(metered, metered.messages().by(forged), "p-" + i);
            metered.ask(metered.messages().claimed(), Conversation.of("hi").by("p-" + i));
        }
        assertThat(held(metered)).isZero();
    }

    @Test
    void costIsSettledAndTiersApply() {
        Limit tokens = new Limit(
                "tokens",
                Measure.OUTPUT_TOKENS,
                SCOPE,
                null,
                100,
                "100/1h",
                null,
                null,
                null,
                Map.of("gold", 2.0),
                null);
        Metered metered = new Metered(policy(null, null, tokens));
        Account gold = new Account("a-1", Account.Trust.LISTED, "org-1", "gold", true, null);
        FakeExchange first = metered.messages().by(gold);
        assertThat(metered.ask(first, Conversation.of("hi").by("ann"))).isSameAs(Verdict.ALLOW);
        metered.end(first, new Outcome.Served(200, new Usage(Usage.Source.EXACT, 1, 199, -1, -1, -1), 9, 9));
        FakeExchange second = metered.messages().by(gold);
        assertThat(code(ask(metered, second, "ann"))).isEqualTo("tokens");
        assertThat(ask(metered, metered.messages().by(gold), "bob")).isSameAs(Verdict.ALLOW);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000_001})
    void impossibleBoundIsRefused(int most) {
        assertThatThrownBy(() -> new EndUsers(null, most))
                .hasMessageStartingWith("endUsers.maxPerAccount: expected 1 to");
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new EndUsers("x end", null)).hasMessageStartingWith("endUsers.header: expected");
        assertThatThrownBy(() -> scoped(EnumSet.of(Scope.END_USER), MANY)).hasMessageContaining("[account, end-user]");
        assertThatThrownBy(() -> scoped(EnumSet.allOf(Scope.class), MANY)).hasMessageContaining("[account, end-user]");
        assertThatThrownBy(() -> new Limit(
                        "person",
                        MANY.measure(),
                        SCOPE,
                        null,
                        MANY.capacity(),
                        "5/1h",
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(BigDecimal.ONE)))
                .hasMessage("notifyAt: not allowed for a limit of end users");
    }

    @Test
    void restartKeepsLevelsWithoutNamesAndErasureDeletesThem() throws IOException {
        FakeTicker ticker = new FakeTicker();
        OrderBook book = new OrderBook(account -> "hash of " + account);
        TokenBucketFilter filter = create(ticker, book);
        assertThat(request(filter, ticker, "ann@example.com")).isSameAs(Verdict.ALLOW);
        assertThat(request(filter, ticker, "ann@example.com")).isSameAs(Verdict.ALLOW);
        store().close();
        byte[] saved = Files.readAllBytes(directory.resolve("buckets"));
        assertThat(new String(saved, StandardCharsets.ISO_8859_1))
                .contains("a-1")
                .doesNotContain("ann");
        filter = create(ticker, book);
        assertThat(code(request(filter, ticker, "ann@example.com"))).isEqualTo("person");
        assertThat(request(filter, ticker, "bob")).isSameAs(Verdict.ALLOW);
        assertThat(context.gauge("stillgate.token.bucket.users")).isEqualTo(2);
        context.erases("a-1");
        ticker.advance(Duration.ofSeconds(1));
        assertThat(context.gauge("stillgate.token.bucket.users")).isZero();
        assertThat(request(filter, ticker, "ann@example.com")).isSameAs(Verdict.ALLOW);
    }

    private TokenBucketFilter create(FakeTicker ticker, OrderBook book) {
        context = new FakeContext("limits", ticker).ordersIn(book).keepsStateIn(directory);
        return (TokenBucketFilter) new TokenBucketFactory(Runnable::run).create(policy(null, null, TWO), context);
    }

    private BucketStore store() {
        return context.state(BucketStore.class, () -> {
            throw new AssertionError("there are no buckets");
        });
    }

    private static Verdict request(TokenBucketFilter filter, FakeTicker ticker, String person) {
        FakeExchange exchange = new FakeExchange(ticker).by(account("a-1")).at(HERE.getHostAddress());
        return filter.onBody(exchange, Conversation.of("hi").by(person));
    }
}
