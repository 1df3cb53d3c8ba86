package dev.stillgate.loadtests.report.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.loadtests.report.Records;
import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FiguresTest {
    private static final Slo OBJECTIVES = Slo.parse("ttft=150, itl=25,e2e=400");

    private static List<RequestRecord> records() {
        return List.of(
                Records.stream(0, 0, 100, 20, 11),
                Records.stream(1, 500, 200, 20, 11),
                Records.stream(2, 1000, 100, 30, 6),
                Records.missing(3, Outcome.REFUSED, 429, "rate_limit_error"),
                Records.missing(4, Outcome.FAILED, 502, "api_error"),
                Records.missing(5, Outcome.FAILED, 0, null));
    }

    @Test
    void figuresOfKnownRecords() {
        Figures figures = new Figures(records(), OBJECTIVES);
        assertThat(figures.of(Metric.TTFT).get(Statistic.P50)).isEqualTo(100);
        assertThat(figures.of(Metric.TTFT).get(Statistic.AVG)).isCloseTo(133.333, within(0.001));
        assertThat(figures.of(Metric.TTFT).get(Statistic.P90)).isCloseTo(180, within(1e-9));
        assertThat(figures.of(Metric.TTFT).get(Statistic.STD)).isCloseTo(57.735, within(0.001));
        assertThat(figures.of(Metric.ITL).get(Statistic.MAX)).isEqualTo(30);
        assertThat(figures.of(Metric.ICL).count()).isEqualTo(25);
        assertThat(figures.of(Metric.E2E).get(Statistic.MAX)).isEqualTo(400);
        assertThat(figures.of(Metric.USER).get(Statistic.MAX)).isCloseTo(50, within(1e-6));
        assertThat(figures.seconds()).isCloseTo(1.25, within(1e-9));
        assertThat(figures.outputTokens()).isEqualTo(28);
        assertThat(figures.good()).isEqualTo(1);
        assertThat(figures.goodFraction()).isCloseTo(1 / 6.0, within(1e-9));
        assertThat(figures.offered()).isCloseTo(5, within(1e-9));
        assertThat(figures.refused()).isEqualTo(Map.of("429 rate_limit_error", 1));
        assertThat(figures.failed()).isEqualTo(Map.of("502 api_error", 1, "no", 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "This request would exceed the account's rate limit (5 requests, refilled at 5/1m). Please try again in 3s."
                        + " | 429 rate_limit_error (5 requests, refilled at 5/1m)",
                "Rate limit reached on tokens (9 tokens, refilled at 9/1m): limit 9, used 8, requested 2."
                        + " | 429 rate_limit_error (9 tokens, refilled at 9/1m)",
                "Too many requests at once: the account's limit is 8 concurrent requests. Please try again in 1s."
                        + " | 429 rate_limit_error (8 concurrent requests)",
                "This account shares a limit with linked accounts until it is verified. Try again in 1h."
                        + " | 429 rate_limit_error (shares a limit with linked accounts)",
                "Number of requests has exceeded your rate limit (https://x). | 429 rate_limit_error",
            })
    void refusalsAreCountedByLimit(String error, String reason) {
        RequestRecord record = Records.missing(0, Outcome.REFUSED, 429, "rate_limit_error", error);
        assertThat(new Figures(List.of(record), Slo.NONE).refused()).isEqualTo(Map.of(reason, 1));
    }

    @Test
    void withoutObjectivesCompleteResponsesAreGood() {
        assertThat(new Figures(records(), Slo.NONE).good()).isEqualTo(3);
        assertThat(OBJECTIVES.text()).isEqualTo("ttft=150,itl=25,e2e=400");
        assertThat(Slo.parse("time_to_first_token=1.5").text()).isEqualTo("ttft=1.5");
    }

    @Test
    void aRequestThatHangsDoesNotStretchTheTime() {
        List<RequestRecord> all = new ArrayList<>();
        for (int i = 0; i < 399; i++) {
            all.add(Records.stream(i, i * 50, 100, 20, 11));
        }
        all.add(Records.hanging(399, 399 * 50, 120_000));
        Figures figures = new Figures(all, Slo.NONE);
        assertThat(figures.seconds()).isCloseTo(20.2, within(1e-6));
        assertThat(figures.length()).isCloseTo(139.95, within(1e-6));
        assertThat(figures.goodput()).isCloseTo(19.95, within(1e-6));
        assertThat(new Figures(all.subList(0, 1), Slo.NONE).goodput()).isCloseTo(1 / 0.3, within(1e-6));
    }

    /** A gateway that loses all output would else have a goodput of 100 %. */
    @Test
    void aStreamWithoutOutputIsLateAndHasNoFirstToken() {
        Figures figures = new Figures(List.of(Records.silent(0, 0, 60_000)), Slo.NONE);
        assertThat(figures.of(Metric.E2E).get(Statistic.MAX)).isEqualTo(60_000);
        assertThat(figures.of(Metric.TTFT).isEmpty()).isTrue();
        assertThat(Slo.NONE.isGood(Records.silent(0, 0, 10))).isTrue();
        assertThat(Slo.parse("e2e=100").isGood(Records.silent(0, 0, 10))).isTrue();
        assertThat(Slo.parse("e2e=100").isGood(Records.silent(0, 0, 60_000))).isFalse();
        assertThat(Slo.parse("ttft=500").isGood(Records.silent(0, 0, 10))).isFalse();
        assertThat(Slo.parse("itl=50").isGood(Records.silent(0, 0, 10))).isTrue();
    }

    @Test
    void aThroughputObjectiveIsALowerBound() {
        assertThat(new Figures(records(), Slo.parse("user=40")).good()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttft", "ttft=", "ttft=-1", "speed=3", "ttft=1,,", "itl=Infinity"})
    void invalidObjectivesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Slo.parse(text));
    }

    @Test
    void theKneeEndsAtTheFirstRateWithTooFewGoodResponses() {
        Figures good = new Figures(Records.noisy(20, 100, 1), Slo.NONE);
        List<RequestRecord> some = new ArrayList<>(Records.noisy(18, 100, 1));
        some.add(Records.missing(18, Outcome.REFUSED, 429, "rate_limit_error"));
        some.add(Records.missing(19, Outcome.FAILED, 500, "api_error"));
        Figures bad = new Figures(some, Slo.NONE);
        assertThat(Knee.of(List.of(
                        new Knee.Step(5, good),
                        new Knee.Step(10, good),
                        new Knee.Step(20, bad),
                        new Knee.Step(40, good))))
                .hasValue(10);
        assertThat(Knee.of(List.of(new Knee.Step(5, bad), new Knee.Step(10, good))))
                .isEmpty();
    }

    @Test
    void distributionOfOneValue() {
        Distribution one = Distribution.of(new double[] {3});
        assertThat(one.get(Statistic.P99)).isEqualTo(3);
        assertThat(one.get(Statistic.STD)).isZero();
    }
}
