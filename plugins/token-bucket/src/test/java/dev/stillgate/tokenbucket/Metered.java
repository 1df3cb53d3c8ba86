package dev.stillgate.tokenbucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.testkit.FilterHarness;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A token-bucket filter in virtual time, with helpers that begin and end exchanges and read levels. */
public final class Metered {
    public static final Account ACCOUNT = Policies.account("a-1");

    public final FilterHarness<TokenBucketPolicy> harness = new FilterHarness<>(new TokenBucketFactory(Runnable::run));

    public Metered(Limit... limits) {
        this(Policies.policy(limits));
    }

    public Metered(TokenBucketPolicy policy) {
        harness.policy(policy);
    }

    public Metered reload(TokenBucketPolicy policy) {
        harness.policy(policy);
        return this;
    }

    FakeTicker ticker() {
        return harness.ticker();
    }

    public void advance(Duration by) {
        harness.ticker().advance(by);
    }

    /** Returns an exchange of {@link #ACCOUNT} on {@code /v1/messages}. */
    public FakeExchange messages() {
        return harness.exchange().by(ACCOUNT);
    }

    public FakeExchange completions() {
        return messages().asks(Provider.OPENAI, Operation.CHAT_COMPLETIONS, "POST", "/v1/chat/completions");
    }

    public FakeExchange responses() {
        return messages().asks(Provider.OPENAI, Operation.RESPONSES, "POST", "/v1/responses");
    }

    /** Runs an exchange up to the response of the upstream. */
    public Verdict ask(FakeExchange exchange, BodyView body) {
        Verdict head = harness.request(exchange);
        return head == Verdict.ALLOW ? harness.body(exchange, body) : head;
    }

    /** Begins an exchange that must be allowed. */
    public FakeExchange begin(FakeExchange exchange, BodyView body) {
        assertThat(ask(exchange, body)).isSameAs(Verdict.ALLOW);
        return exchange;
    }

    public FakeExchange begin(long input, long output) {
        return begin(messages(), FakeBody.prompt("m", input, output));
    }

    public Verdict.Reject refused(FakeExchange exchange, BodyView body) {
        Verdict verdict = ask(exchange, body);
        assertThat(verdict).isInstanceOf(Verdict.Reject.class);
        return (Verdict.Reject) verdict;
    }

    public Verdict.Reject refused(long input, long output) {
        return refused(messages(), FakeBody.prompt("m", input, output));
    }

    public void end(FakeExchange exchange, Outcome outcome) {
        harness.complete(exchange, outcome);
    }

    public void served(FakeExchange exchange, long input, long output) {
        end(exchange, new Outcome.Served(200, exact(input, output), 1, 1));
    }

    public static Usage exact(long input, long output) {
        return new Usage(Usage.Source.EXACT, input, output, -1, -1, -1);
    }

    public static Usage estimated(long input, long output) {
        return new Usage(Usage.Source.ESTIMATED, input, output, -1, -1, -1);
    }

    public static Outcome served(Usage usage) {
        return new Outcome.Served(200, usage, 1_000_000, 1);
    }

    /** Returns the level of a limit of {@link #ACCOUNT}. */
    public long left(String limit) {
        return left(ACCOUNT.id(), limit);
    }

    public long left(String account, String limit) {
        return levels("accounts", account).values().stream()
                .map(each -> each.get(limit))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    /** Returns the levels of the limits of an owner, by model and limit. */
    public Map<String, Map<String, Long>> levels(String page, String id) {
        Map<String, Map<String, Long>> levels = new HashMap<>();
        BucketPage shown = (BucketPage) harness.context().shows(page, id);
        if (shown != null) {
            for (BucketPage.LimitView each : shown.limits()) {
                levels.computeIfAbsent(String.valueOf(each.model()), absent -> new HashMap<>())
                        .merge(each.name(), each.left(), Math::min);
            }
        }
        return levels;
    }

    public long underWay() {
        BucketPage shown = (BucketPage) harness.context().shows("accounts", ACCOUNT.id());
        return shown == null ? 0 : shown.exchanges();
    }

    long count(String name, String... tags) {
        return harness.context().count("stillgate.token.bucket." + name, tags);
    }
}
