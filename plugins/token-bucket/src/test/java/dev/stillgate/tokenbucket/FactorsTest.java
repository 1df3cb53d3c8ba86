package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.concurrency;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.ofTier;
import static dev.stillgate.tokenbucket.Policies.standings;
import static dev.stillgate.tokenbucket.Policies.tiered;
import static dev.stillgate.tokenbucket.Policies.tiers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Factors of tiers and standings on the limits. */
final class FactorsTest {
    private static final Limit EIGHT = limit("eight", 8, "8/8s");

    @Test
    void tierFactorOfLimitOverridesFactorOfPolicy() {
        Metered metered = new Metered(tiers(
                Map.of("gold", 2.0, "free", 0.5),
                EIGHT,
                tiered(Map.of("gold", 10.0, "odd", 0.125), limit("other", Measure.OUTPUT_TOKENS, 80, "80/8s"))));
        for (String tier : new String[] {"gold", "free", "odd", "unnamed"}) {
            metered.begin(metered.messages().by(ofTier(tier, tier)), FakeBody.prompt("m", 1, 1));
        }
        assertThat(metered.levels("accounts", "gold").get("null")).isEqualTo(Map.of("eight", 15L, "other", 799L));
        assertThat(metered.levels("accounts", "free").get("null")).isEqualTo(Map.of("eight", 3L, "other", 39L));
        assertThat(metered.levels("accounts", "odd").get("null")).isEqualTo(Map.of("eight", 7L, "other", 9L));
        assertThat(metered.levels("accounts", "unnamed").get("null")).isEqualTo(Map.of("eight", 7L, "other", 79L));
    }

    @Test
    void tierFactorScalesRefill() {
        Metered metered = new Metered(tiers(Map.of("gold", 2.0), EIGHT));
        Account gold = ofTier("g", "gold");
        assertThat(granted(metered, gold)).isEqualTo(16);
        metered.advance(Duration.ofSeconds(4));
        assertThat(granted(metered, gold)).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"CLEAR, 8", "MARKED, 2", "POOLED, 1", "BLOCKED, 1"})
    void standingFactorAppliesUpToNextNamedStanding(Standing standing, int granted) {
        Metered metered = new Metered(standings(Map.of(Standing.MARKED, 0.25, Standing.POOLED, 0.125), EIGHT));
        metered.harness.context().stands(Metered.ACCOUNT.id(), standing);
        assertThat(granted(metered, Metered.ACCOUNT)).isEqualTo(granted);
        metered.advance(Duration.ofSeconds(8));
        assertThat(granted(metered, Metered.ACCOUNT)).isEqualTo(granted);
    }

    @Test
    void standingChangesNeverRefill() {
        Metered metered = new Metered(standings(Map.of(Standing.MARKED, 0.25), EIGHT));
        assertThat(granted(metered, Metered.ACCOUNT)).isEqualTo(8);
        for (int i = 0; i < 20; i++) {
            metered.harness.context().stands(Metered.ACCOUNT.id(), i % 2 == 0 ? Standing.MARKED : Standing.CLEAR);
            assertThat(granted(metered, Metered.ACCOUNT)).isZero();
        }
        metered.advance(Duration.ofSeconds(1));
        assertThat(granted(metered, Metered.ACCOUNT)).isEqualTo(1);
    }

    @Test
    void returnToClearKeepsLevelAndRefillsOverTime() {
        Metered metered = new Metered(standings(Map.of(Standing.MARKED, 0.25), EIGHT));
        metered.begin(1, 1);
        assertThat(metered.left("eight")).isEqualTo(7);
        metered.harness.context().stands(Metered.ACCOUNT.id(), Standing.MARKED);
        metered.begin(1, 1);
        assertThat(metered.left("eight")).isEqualTo(1);
        metered.harness.context().stands(Metered.ACCOUNT.id(), Standing.CLEAR);
        assertThat(granted(metered, Metered.ACCOUNT)).isEqualTo(1);
        metered.advance(Duration.ofSeconds(3));
        assertThat(granted(metered, Metered.ACCOUNT)).isEqualTo(3);
    }

    @Test
    void tierAndStandingFactorsMultiplyToAtLeastOneToken() {
        TokenBucketPolicy policy = new TokenBucketPolicy(
                List.of(EIGHT, concurrency("parallel", 4)),
                Map.of("gold", 2.0, "tiny", 0.001),
                Map.of(Standing.MARKED, 0.25),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        PolicyLimits limits = new PolicyLimits(policy, 0);
        assertThat(limits.account("gold", Standing.POOLED, true).all())
                .extracting(TokenLimit::capacity)
                .containsExactly(4L, 2L);
        assertThat(limits.account("tiny", Standing.POOLED, true).all())
                .extracting(TokenLimit::capacity)
                .containsExactly(1L, 1L);
    }

    @Test
    void ceilingIsScaledLikeCapacity() {
        Limit output = Policies.ceiling(6000, limit("out", Measure.OUTPUT_TOKENS, 8000, "8000/1m"));
        Metered metered = new Metered(standings(Map.of(Standing.MARKED, 0.25), output));
        metered.harness.context().stands(Metered.ACCOUNT.id(), Standing.MARKED);
        metered.begin(1, 32_000);
        assertThat(metered.left("out")).isEqualTo(2000 - 1500);
    }

    private static int granted(Metered metered, Account account) {
        int granted = 0;
        while (granted < 100
                && metered.ask(metered.messages().by(account), FakeBody.prompt("m", 1, 1)) == Verdict.ALLOW) {
            granted++;
        }
        return granted;
    }
}
