package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Metered.ACCOUNT;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.Verify;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Refusals of pooled accounts, and the rate limit fields of their responses. */
final class PoolRefusalTest {
    private static final FakeBody.Prompt PROMPT = FakeBody.prompt("m", 10, 10);
    private static final Header NO_RETRY = new Header("x-should-retry", "false");
    private static final String SENTENCE = "This account shares a limit with linked accounts until it is verified. ";

    private final Metered metered = new Metered(policy("2/1m", new Verify("https://example.com/verify?a=b")));

    private static TokenBucketPolicy policy(String requests, @Nullable Verify verify) {
        return new TokenBucketPolicy(
                List.of(limit("requests", 5, "5/1m")),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(Measure.REQUESTS, requests),
                verify);
    }

    @BeforeEach
    void pool() {
        metered.harness.context().stands(ACCOUNT.id(), Standing.POOLED, "c-1");
    }

    @Test
    void refusalNamesTheVerification() {
        metered.begin(10, 10);
        metered.begin(10, 10);
        Verdict.Reject anthropic = metered.refused(10, 10);
        assertThat(anthropic.kind()).isEqualTo(Verdict.Kind.UNVERIFIED);
        assertThat(anthropic.code()).isEqualTo("pool-requests");
        assertThat(anthropic.message())
                .isEqualTo(SENTENCE + "Verify it at https://example.com/verify?a=b, or try again in 30s.");
        assertThat(anthropic.retryAfter()).isEqualTo(Duration.ofSeconds(30));
        assertThat(anthropic.headers()).isEmpty(); // what the others have used is not told
        Verdict.Reject openAi = metered.refused(metered.responses(), PROMPT);
        assertThat(openAi.message()).isEqualTo(anthropic.message());
        assertThat(openAi.headers()).isEmpty();
        assertThat(metered.count("refused", "limit", "pool-requests", "bucket", "pool"))
                .isEqualTo(2);
    }

    @Test
    void refusalWithoutAnAddressNamesTheProvider() {
        metered.reload(policy("1/1m", null));
        metered.begin(10, 10);
        assertThat(metered.refused(10, 10).message())
                .isEqualTo(SENTENCE + "Contact the provider, or try again in 1m0s.");
    }

    @Test
    void sdksDoNotRetryAfterAWaitOfMoreThanFiveMinutes() {
        metered.reload(policy("1/5m", null));
        metered.begin(10, 10);
        assertThat(metered.refused(10, 10).headers()).doesNotContain(NO_RETRY);
        metered.reload(policy("1/1d", null));
        Verdict.Reject refused = metered.refused(10, 10);
        assertThat(refused.headers()).contains(NO_RETRY);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void requestLargerThanTheBudgetIsRefusedWithoutAWait() {
        Verdict.Reject refused = metered.refused(metered.messages(), FakeBody.batch(3));
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.UNVERIFIED);
        assertThat(refused.message()).isEqualTo(SENTENCE + "Verify it at https://example.com/verify?a=b.");
        assertThat(refused.retryAfter()).isNull();
        assertThat(refused.headers()).contains(NO_RETRY);
    }

    @Test
    void codeTellsThePoolsLimitFromTheAccountsLimitOfTheSameName() {
        metered.reload(policy("20/1m", null));
        metered.harness.context().stands("a-2", Standing.POOLED, "c-1");
        for (int i = 0; i < 4; i++) {
            metered.begin(10, 10);
        }
        metered.begin(metered.messages().by(Policies.account("a-2")), PROMPT);
        Verdict.Reject refused = metered.refused(metered.messages().by(Policies.account("a-2")), PROMPT);
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.UNVERIFIED);
        assertThat(refused.code()).isEqualTo("requests@pool");
    }

    @Test
    void refusalByTheAccountsOwnLimitIsTheUsualOne() {
        metered.reload(policy("20/1m", null));
        for (int i = 0; i < 5; i++) {
            metered.begin(10, 10);
        }
        Verdict.Reject refused = metered.refused(10, 10);
        assertThat(refused.kind()).isEqualTo(Verdict.Kind.RATE_LIMITED);
        assertThat(refused.message()).startsWith("This request would exceed the account's rate limit");
    }

    @Test
    void responseFieldsShowTheLimitOfTheAccountOnly() {
        FakeExchange exchange = metered.begin(10, 10);
        assertThat(metered.harness.response(exchange, 200))
                .contains(
                        new Header("anthropic-ratelimit-requests-limit", "5"),
                        new Header("anthropic-ratelimit-requests-remaining", "4"));
    }
}
