package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.headers;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy.HeaderStyle;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TokenBucketFilterTest {
    private static final FakeBody.Prompt PROMPT = FakeBody.prompt("m", 10, 10);
    private final Metered metered = new Metered(limit("minute", 5, "5/1m"));

    @Test
    void factoryIsFoundByType() {
        assertThat(ServiceLoader.load(FilterFactory.class))
                .filteredOn(factory -> factory.type().equals("token-bucket"))
                .singleElement()
                .isInstanceOf(TokenBucketFactory.class);
    }

    @Test
    void refusalHasTheProvidersFormat() {
        for (int i = 0; i < 5; i++) {
            metered.begin(10, 10);
        }
        Verdict.Reject anthropic = metered.refused(10, 10);
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
        Verdict.Reject openAi = metered.refused(metered.completions(), PROMPT);
        assertThat(openAi.message())
                .isEqualTo("Rate limit reached on requests (5 requests, refilled at 5/1m): limit 5, used 5,"
                        + " requested 1. Please try again in 12s.");
        assertThat(openAi.headers())
                .containsExactly(
                        new Header("x-ratelimit-limit-requests", "5"),
                        new Header("x-ratelimit-remaining-requests", "0"),
                        new Header("x-ratelimit-reset-requests", "1m0s"));
        metered.advance(Duration.ofSeconds(12));
        metered.begin(10, 10);
    }

    @Test
    void requestIsCheckedBeforeItsBodyAndTakenAfterwards() {
        FakeExchange[] heads = new FakeExchange[10];
        for (int i = 0; i < heads.length; i++) {
            heads[i] = metered.messages();
            assertThat(metered.harness.request(heads[i])).isSameAs(Verdict.ALLOW);
        }
        assertThat(metered.left("minute")).isEqualTo(5);
        for (int i = 0; i < heads.length; i++) {
            Verdict verdict = metered.harness.body(heads[i], PROMPT);
            assertThat(verdict == Verdict.ALLOW).isEqualTo(i < 5);
        }
        assertThat(metered.harness.request(metered.messages())).isInstanceOf(Verdict.Reject.class);
    }

    @Test
    void requestWithoutReadBodyIsTakenAtItsHead() {
        FakeExchange exchange = metered.messages().asks(Provider.ANTHROPIC, Operation.OPAQUE, "GET", "/v1/models");
        assertThat(metered.harness.request(exchange)).isSameAs(Verdict.ALLOW);
        assertThat(metered.left("minute")).isEqualTo(4);
        assertThat(metered.harness.body(exchange, BodyView.None.INSTANCE)).isSameAs(Verdict.ALLOW);
        assertThat(metered.left("minute")).isEqualTo(4);
        metered.end(exchange, Metered.served(Usage.NONE));
        assertThat(metered.left("minute")).isEqualTo(4);
    }

    @Test
    void batchTakesOneRequestForEachPrompt() {
        metered.begin(metered.messages(), FakeBody.batch(5));
        assertThat(metered.refused(10, 10).retryAfter()).isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void refusedBatchTakesNothingAndGetsTheWaitForAllOfIt() {
        metered.begin(10, 10);
        metered.begin(10, 10);
        Verdict.Reject refused = metered.refused(metered.messages(), FakeBody.batch(5));
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(24));
        assertThat(metered.left("minute")).isEqualTo(3);
        metered.advance(Duration.ofSeconds(24));
        metered.begin(metered.messages(), FakeBody.batch(5));
    }

    @Test
    void batchLargerThanCapacityIsTooLarge() {
        Verdict.Reject refused = metered.refused(metered.messages(), FakeBody.batch(6));
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.TOO_LARGE);
        assertThat(refused.retryAfter()).isNull();
        assertThat(refused.message()).contains("A batch of 6 requests");
        metered.begin(metered.messages(), FakeBody.batch(5));
    }

    @Test
    void emptyBatchAndOpaqueBodyCountAsOneRequest() {
        metered.begin(metered.messages(), FakeBody.batch(0));
        metered.begin(metered.messages(), BodyView.None.INSTANCE);
        metered.begin(metered.messages(), new BodyView.Opaque(7));
        assertThat(metered.left("minute")).isEqualTo(2);
    }

    @Test
    void repeatedBodyPhaseTakesOnce() {
        FakeExchange exchange = metered.begin(10, 10);
        assertThat(metered.harness.body(exchange, PROMPT)).isSameAs(Verdict.ALLOW);
        assertThat(metered.left("minute")).isEqualTo(4);
    }

    @Test
    void forgedKeysHoldNoTokensOfAllAccounts() {
        Metered shared = new Metered(
                limit("minute", 50, "50/1h"),
                Policies.scoped(Set.of(Scope.ROUTE), limit("all", Measure.OUTPUT_TOKENS, 10_000, "1/1h")));
        Account forged = account("h1:f", Account.Trust.PROVISIONAL);
        FakeExchange first = shared.begin(shared.messages().by(forged), FakeBody.prompt("m", 10, 10_000));
        FakeExchange second = shared.begin(shared.messages().by(forged), FakeBody.prompt("m", 10, 10_000));
        FakeExchange honest = shared.begin(10, 5000);
        shared.end(first, new Outcome.Served(401, Usage.NONE, 1, 1));
        shared.served(second, 10, 6000); // accepted after all, and charged
        shared.served(honest, 10, 3000);
        shared.refused(10, 5000);
        shared.begin(10, 1000);
    }

    @Test
    void provisionalAccountsOfAPrefixShareABucket() {
        Account forged = account("h1:f", Account.Trust.PROVISIONAL);
        for (int i = 0; i < 20; i++) {
            Account other = account("h1:" + i, Account.Trust.PROVISIONAL);
            metered.begin(metered.messages().by(other).at("198.51.100." + i), PROMPT);
        }
        Verdict.Reject refused =
                metered.refused(metered.messages().by(Account.ANONYMOUS).at("198.51.100.99"), PROMPT);
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(refused.message())
                .startsWith("Too many requests from this network")
                .endsWith(" in 3s.");
        metered.begin(metered.messages().by(forged).at("203.0.113.1"), PROMPT);
        metered.begin(metered.messages().at("198.51.100.1"), PROMPT);
        assertThat(metered.count("allowed", "bucket", "overflow")).isEqualTo(21);
        assertThat(metered.count("refused", "limit", "minute", "bucket", "overflow"))
                .isEqualTo(1);
    }

    @Test
    void countersShowAllowedRequestsAndRefusalsByLimit() {
        metered.reload(policy(limit("minute", 5, "5/1m"), limit("day", 2, "2/1d")));
        metered.begin(10, 10);
        metered.begin(10, 10);
        metered.refused(10, 10);
        metered.begin(metered.messages().by(Account.ANONYMOUS), PROMPT);
        assertThat(metered.count("allowed", "bucket", "own")).isEqualTo(2);
        assertThat(metered.count("allowed", "bucket", "overflow")).isEqualTo(1);
        assertThat(metered.count("refused", "limit", "day", "bucket", "own")).isEqualTo(1);
        assertThat(metered.count("refused", "limit", "minute", "bucket", "own")).isZero();
        assertThat(metered.harness.context().gauge("stillgate.token.bucket.held"))
                .isEqualTo(1);
    }

    @Test
    void countersShowChargedTokensBySource() {
        metered.served(metered.begin(10, 10), 7, 8);
        metered.end(metered.begin(10, 10), Metered.served(Metered.estimated(-1, 5)));
        metered.end(metered.begin(10, 10), Metered.served(Usage.NONE));
        FakeExchange counting = metered.messages()
                .asks(Provider.ANTHROPIC, Operation.COUNT_TOKENS, "POST", "/v1/messages/count_tokens");
        metered.end(metered.begin(counting, PROMPT), Metered.served(Usage.NONE));
        assertThat(metered.count("charged", "direction", "input", "source", "exact"))
                .isEqualTo(7);
        assertThat(metered.count("charged", "direction", "output", "source", "exact"))
                .isEqualTo(8);
        assertThat(metered.count("charged", "direction", "input", "source", "estimated"))
                .isEqualTo(10);
        assertThat(metered.count("charged", "direction", "output", "source", "estimated"))
                .isEqualTo(5);
        assertThat(metered.count("uncounted")).isEqualTo(1);
    }

    @Test
    void reloadKeepsBuckets() {
        for (int i = 0; i < 5; i++) {
            metered.served(metered.begin(10, 10), 10, 10);
        }
        metered.reload(policy(limit("minute", 500, "5/1m")));
        assertThat(metered.ask(metered.messages(), PROMPT)).isInstanceOf(Verdict.Reject.class);
        metered.advance(Duration.ofHours(2));
        assertThat(metered.harness.context().gauge("stillgate.token.bucket.held"))
                .isZero();
    }

    @Test
    void responseFieldsShowLevelsAfterTheReservation() {
        FakeExchange exchange = metered.begin(10, 10);
        assertThat(metered.harness.response(exchange, 200))
                .containsExactly(
                        new Header("anthropic-ratelimit-requests-limit", "5"),
                        new Header("anthropic-ratelimit-requests-remaining", "4"),
                        new Header("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:12Z"));
        FakeExchange openAi = metered.begin(metered.completions(), PROMPT);
        assertThat(metered.harness.response(openAi, 200)).contains(new Header("x-ratelimit-remaining-requests", "3"));
    }

    @Test
    void rateLimitFieldsOfUpstreamReplaceOurs() {
        FakeExchange exchange = metered.begin(10, 10);
        for (String name : List.of("anthropic-ratelimit-tokens-limit", "x-ratelimit-limit-tokens", "ratelimit")) {
            assertThat(metered.harness.response(exchange, 200, new Header(name, "9")))
                    .isEmpty();
        }
        assertThat(metered.harness.response(exchange, 200, new Header("content-type", "x")))
                .hasSize(3);
    }

    @Test
    void refusalHasRetryAfterInEachHeaderStyle() {
        Metered ietf = new Metered(headers(HeaderStyle.IETF, limit("minute", 1, "1/1m")));
        assertThat(ietf.harness.response(ietf.begin(10, 10), 200))
                .extracting(Header::name)
                .containsExactly("ratelimit-policy", "ratelimit");
        assertThat(ietf.refused(10, 10).headers())
                .containsExactly(
                        new Header("ratelimit-policy", "\"minute\";q=1;w=60"),
                        new Header("ratelimit", "\"minute\";r=0;t=60"));
        Metered off = new Metered(headers(HeaderStyle.OFF, limit("minute", 1, "1/1m")));
        assertThat(off.harness.response(off.begin(10, 10), 200)).isEmpty();
        Verdict.Reject refused = off.refused(10, 10);
        assertThat(refused.headers()).isEmpty();
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void exchangeIsSettledOnce() {
        FakeExchange exchange = metered.begin(10, 10);
        Outcome rejected = new Outcome.Rejected(403, Usage.NONE, 0, -1, "other", "code");
        for (int i = 0; i < 3; i++) {
            metered.end(exchange, rejected);
        }
        metered.begin(10, 10);
        assertThat(metered.left("minute")).isEqualTo(4);
        assertThat(metered.underWay()).isEqualTo(1);
    }

    @Test
    void usageIsRequiredOnlyIfThePolicyInjects() {
        assertThat(((TokenBucketFilter) metered.harness.filter()).requiresUsage())
                .isFalse();
        metered.reload(new TokenBucketPolicy(
                List.of(limit("minute", 5, "5/1m")),
                null,
                null,
                null,
                TokenBucketPolicy.RequireUsage.INJECT,
                null,
                null,
                null,
                null,
                null,
                null));
        assertThat(((TokenBucketFilter) metered.harness.filter()).requiresUsage())
                .isTrue();
    }
}
