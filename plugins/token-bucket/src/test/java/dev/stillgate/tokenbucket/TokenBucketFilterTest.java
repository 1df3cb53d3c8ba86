package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.time.Duration;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class TokenBucketFilterTest {
    private final FilterHarness<TokenBucketPolicy> harness =
            new FilterHarness<>(new TokenBucketFactory(Runnable::run)).policy(policy(limit("minute", 5, "5/1m")));

    @Test
    void isFoundByItsType() {
        assertThat(ServiceLoader.load(FilterFactory.class))
                .filteredOn(factory -> factory.type().equals("token-bucket"))
                .singleElement()
                .isInstanceOf(TokenBucketFactory.class);
    }

    @Test
    void refusesTheRequestAfterTheLastInTheProvidersShape() {
        for (int i = 0; i < 5; i++) {
            assertThat(harness.request(harness.exchange())).isSameAs(Verdict.ALLOW);
        }
        Verdict.Reject anthropic = reject(harness.request(harness.exchange()));
        assertThat(anthropic.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(anthropic.code()).isEqualTo("minute");
        assertThat(anthropic.retryAfter()).isEqualTo(Duration.ofSeconds(12));
        assertThat(anthropic.message())
                .isEqualTo("This request would exceed the account's rate limit (5 requests, refilled at 5/1m)."
                        + " Please try again in 12s.");
        assertThat(anthropic.headers())
                .containsExactly(
                        new Header("anthropic-ratelimit-requests-limit", "5"),
                        new Header("anthropic-ratelimit-requests-remaining", "0"),
                        new Header("anthropic-ratelimit-requests-reset", "2026-01-01T00:01:00Z"));
        Verdict.Reject openAi = reject(harness.request(
                harness.exchange().asks(Provider.OPENAI, Operation.CHAT_COMPLETIONS, "POST", "/v1/chat/completions")));
        assertThat(openAi.headers())
                .containsExactly(
                        new Header("x-ratelimit-limit-requests", "5"),
                        new Header("x-ratelimit-remaining-requests", "0"),
                        new Header("x-ratelimit-reset-requests", "1m0s"));
        harness.ticker().advance(Duration.ofSeconds(12));
        assertThat(harness.request(harness.exchange())).isSameAs(Verdict.ALLOW);
    }

    @Test
    void aBatchTakesARequestForEveryPrompt() {
        FakeExchange exchange = harness.exchange();
        assertThat(harness.request(exchange)).isSameAs(Verdict.ALLOW);
        assertThat(harness.body(exchange, FakeBody.batch(5))).isSameAs(Verdict.ALLOW);
        assertThat(reject(harness.request(harness.exchange())).retryAfter()).isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void aBatchThatDoesNotFitNowTakesNoneOfItsFurtherRequestsAndIsToldWhenAllOfItWillFit() {
        harness.request(harness.exchange());
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        Verdict.Reject refused = reject(harness.body(exchange, FakeBody.batch(5)));
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(24));
        harness.ticker().advance(Duration.ofSeconds(24));
        FakeExchange again = harness.exchange();
        assertThat(harness.request(again)).isSameAs(Verdict.ALLOW);
        assertThat(harness.body(again, FakeBody.batch(5))).isSameAs(Verdict.ALLOW);
    }

    @Test
    void aBatchThatCanNeverFitIsTooLarge() {
        FakeExchange exchange = harness.exchange();
        harness.request(exchange);
        Verdict.Reject refused = reject(harness.body(exchange, FakeBody.batch(6)));
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.TOO_LARGE);
        assertThat(refused.retryAfter()).isNull();
        assertThat(refused.message()).contains("A batch of 6 requests");
        harness.ticker().advance(Duration.ofHours(1)); // the bucket is full, and five further ones would fit
        assertThat(reject(harness.body(exchange, FakeBody.batch(6))).kind()).isEqualTo(Verdict.Kind.TOO_LARGE);
        assertThat(harness.body(exchange, FakeBody.batch(4))).isSameAs(Verdict.ALLOW);
    }

    @Test
    void otherBodiesTakeNothingFurther() {
        FakeExchange exchange = harness.exchange();
        for (int i = 0; i < 10; i++) {
            assertThat(harness.body(exchange, FakeBody.chat("hello"))).isSameAs(Verdict.ALLOW);
            assertThat(harness.body(exchange, FakeBody.batch(i % 2))).isSameAs(Verdict.ALLOW);
            assertThat(harness.body(exchange, BodyView.None.INSTANCE)).isSameAs(Verdict.ALLOW);
            assertThat(harness.body(exchange, new BodyView.Opaque(7))).isSameAs(Verdict.ALLOW);
        }
        harness.request(exchange);
        assertThat(harness.body(exchange, FakeBody.batch(5))).isSameAs(Verdict.ALLOW);
    }

    @Test
    void theCallersOfAPrefixShareABucketWhenTheyKeepNoState() {
        Account forged = account("h1:f", Account.Trust.PROVISIONAL);
        for (int i = 0; i < 20; i++) {
            String from = "198.51.100." + i;
            assertThat(harness.request(harness.exchange().by(forged).at(from))).isSameAs(Verdict.ALLOW);
        }
        Verdict.Reject refused =
                reject(harness.request(harness.exchange().by(Account.ANONYMOUS).at("198.51.100.99")));
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(refused.message())
                .startsWith("Too many requests from this network")
                .endsWith(" in 3s.");
        assertThat(harness.request(harness.exchange().by(forged).at("203.0.113.1")))
                .isSameAs(Verdict.ALLOW);
        assertThat(harness.request(harness.exchange().at("198.51.100.1"))).isSameAs(Verdict.ALLOW);
    }

    @Test
    void countsWhatIsAllowedAndWhichLimitRefused() {
        harness.policy(policy(limit("minute", 5, "5/1m"), limit("day", 2, "2/1d")));
        for (int i = 0; i < 3; i++) {
            harness.request(harness.exchange());
        }
        harness.request(harness.exchange().by(Account.ANONYMOUS));
        assertThat(count("allowed", "bucket", "own")).isEqualTo(2);
        assertThat(count("allowed", "bucket", "overflow")).isEqualTo(1);
        assertThat(count("refused", "limit", "day", "bucket", "own")).isEqualTo(1);
        assertThat(count("refused", "limit", "minute", "bucket", "own")).isZero();
        assertThat(harness.context().gauge("stillgate.token.bucket.held", "filter", "token-bucket"))
                .isEqualTo(1);
    }

    @Test
    void aReloadKeepsTheBuckets() {
        for (int i = 0; i < 5; i++) {
            harness.request(harness.exchange());
        }
        harness.policy(policy(limit("minute", 500, "5/1m")));
        assertThat(harness.request(harness.exchange())).isInstanceOf(Verdict.Reject.class);
        harness.ticker().advance(Duration.ofHours(2));
        assertThat(harness.context().gauge("stillgate.token.bucket.held", "filter", "token-bucket"))
                .isZero();
    }

    private long count(String what, String... tags) {
        String[] all = new String[tags.length + 2];
        all[0] = "filter";
        all[1] = "token-bucket";
        System.arraycopy(tags, 0, all, 2, tags.length);
        return harness.context().count("stillgate.token.bucket." + what, all);
    }

    private static Verdict.Reject reject(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Reject.class);
        return (Verdict.Reject) verdict;
    }
}
