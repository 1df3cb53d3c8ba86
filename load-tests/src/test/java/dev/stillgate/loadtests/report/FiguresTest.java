package dev.stillgate.loadtests.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiguresTest {
    private static final Slo NO_OBJECTIVES = Slo.parse("");
    private static final Slo OBJECTIVES = Slo.parse("ttft=150,itl=25,e2e=400");

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
        assertThat(figures.of(Metric.TTFT).percentile(50)).isEqualTo(100);
        assertThat(figures.of(Metric.TTFT).statistics().get("avg")).isCloseTo(133.333, within(0.001));
        assertThat(figures.of(Metric.TTFT).percentile(90)).isCloseTo(180, within(1e-9));
        assertThat(figures.of(Metric.TTFT).statistics().get("std")).isCloseTo(57.735, within(0.001));
        assertThat(figures.of(Metric.ITL).percentile(100)).isEqualTo(30);
        assertThat(figures.of(Metric.ICL).statistics()).containsEntry("count", 25.0);
        assertThat(figures.of(Metric.E2E).percentile(100)).isEqualTo(400);
        assertThat(figures.seconds()).isCloseTo(1.25, within(1e-9));
        assertThat(figures.outputTokens()).isEqualTo(28);
        assertThat(figures.good()).isEqualTo(1);
        assertThat(figures.offered()).isCloseTo(5, within(1e-9));
        assertThat(figures.reasons(Outcome.REFUSED)).isEqualTo(Map.of("429 rate_limit_error", 1));
        assertThat(figures.reasons(Outcome.FAILED)).isEqualTo(Map.of("502 api_error", 1, "no", 1));
    }

    @Test
    void withoutObjectivesCompleteResponsesAreGood() {
        assertThat(new Figures(records(), NO_OBJECTIVES).good()).isEqualTo(3);
        assertThat(OBJECTIVES.text()).isEqualTo("ttft=150,itl=25,e2e=400");
    }

    @Test
    void aRequestThatHangsDoesNotStretchTheTime() {
        List<RequestRecord> all = new ArrayList<>();
        for (int i = 0; i < 399; i++) {
            all.add(Records.stream(i, i * 50, 100, 20, 11));
        }
        all.add(Records.hanging(399, 399 * 50, 120_000));
        Figures figures = new Figures(all, NO_OBJECTIVES);
        assertThat(figures.seconds()).isCloseTo(20.2, within(1e-6));
        assertThat(figures.goodput()).isCloseTo(19.95, within(1e-6));
        assertThat(new Figures(all.subList(0, 1), NO_OBJECTIVES).goodput()).isCloseTo(1 / 0.3, within(1e-6));
    }

    /** A gateway that loses all output would else have a goodput of 100 %. */
    @Test
    void aStreamWithoutOutputIsLateAndHasNoFirstToken() {
        Figures figures = new Figures(List.of(Records.silent(0, 0, 60_000)), NO_OBJECTIVES);
        assertThat(figures.of(Metric.E2E).percentile(100)).isEqualTo(60_000);
        assertThat(figures.of(Metric.TTFT).isEmpty()).isTrue();
        assertThat(NO_OBJECTIVES.isGood(Records.silent(0, 0, 10))).isTrue();
        assertThat(Slo.parse("e2e=100").isGood(Records.silent(0, 0, 10))).isTrue();
        assertThat(Slo.parse("e2e=100").isGood(Records.silent(0, 0, 60_000))).isFalse();
        assertThat(Slo.parse("ttft=500").isGood(Records.silent(0, 0, 10))).isFalse();
        assertThat(Slo.parse("itl=50").isGood(Records.silent(0, 0, 10))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttft", "ttft=", "ttft=-1", "speed=3", "ttft=1,,", "itl=Infinity"})
    void invalidObjectivesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Slo.parse(text));
    }

    /** With 100 values the interval goes from the 40th to the 61st. */
    @Test
    void intervalOfAMedianIsBetweenOrderStatistics() {
        Distribution values = new Distribution(
                IntStream.rangeClosed(1, 100).mapToDouble(i -> i).toArray());
        assertThat(values.medianInterval()).containsExactly(40, 61);
    }

    @Test
    void distributionOfOneValue() {
        Distribution one = new Distribution(new double[] {3});
        assertThat(one.percentile(99)).isEqualTo(3);
        assertThat(one.statistics()).containsEntry("std", 0.0);
    }
}
