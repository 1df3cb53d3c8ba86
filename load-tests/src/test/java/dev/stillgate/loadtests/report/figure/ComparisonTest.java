package dev.stillgate.loadtests.report.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stillgate.loadtests.report.Records;
import dev.stillgate.loadtests.report.figure.Comparison.Verdict;
import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
    private static Verdict verdict(List<RequestRecord> before, List<RequestRecord> after, String threshold) {
        return Comparison.of(before, after, Slo.NONE, List.of(Threshold.parse(threshold)), 1)
                .rows()
                .getFirst()
                .verdict();
    }

    @ParameterizedTest
    @CsvSource({
        "100, 130, ttft_p50=10%, REGRESSION",
        "100, 130, ttft_p50=50%, UNCHANGED",
        "100, 130, ttft_p50=5ms, REGRESSION",
        "100, 100, ttft_p99=10%, UNCHANGED",
        "130, 100, ttft_p50=10%, BETTER",
        "100, 130, itl_p99=10%, UNCHANGED",
        "100, 130, user_p50=10%, UNCHANGED",
        "100, 130, time_to_first_token_avg=10%, REGRESSION",
    })
    void changeIsJudged(double before, double after, String threshold, Verdict verdict) {
        assertThat(verdict(Records.noisy(400, before, 1), Records.noisy(400, after, 1), threshold))
                .isEqualTo(verdict);
    }

    @Test
    void aChangeThatTwentyRequestsCannotShowIsNoise() {
        assertThat(verdict(Records.noisy(20, 100, 1), Records.noisy(20, 108, 5), "ttft_p50=1%"))
                .isEqualTo(Verdict.NOISE);
    }

    /** Runs of the same server are regressions in at most one of twenty cases, apart from the error of 200 runs. */
    @Test
    void equalRunsAreRarelyRegressions() {
        long wrong = IntStream.range(0, 200)
                .filter(i -> verdict(
                                Records.noisy(200, 100, 2L * i + 10),
                                Records.noisy(200, 100, 2L * i + 11),
                                "ttft_p50=0%")
                        == Verdict.REGRESSION)
                .count();
        assertThat(wrong).isBetween(0L, 14L);
    }

    @Test
    void fewerTokensPerSecondAreARegression() {
        List<RequestRecord> slower = IntStream.range(0, 100)
                .mapToObj(i -> Records.stream(i, i * 10, 100, 30, 10))
                .toList();
        assertThat(verdict(Records.noisy(100, 100, 1), slower, "user_p50=10%")).isEqualTo(Verdict.REGRESSION);
        assertThat(verdict(Records.noisy(100, 100, 1), slower, "itl_p50=10%")).isEqualTo(Verdict.REGRESSION);
    }

    @Test
    void sharesAreComparedInPoints() {
        List<RequestRecord> all = Records.noisy(100, 100, 1);
        List<RequestRecord> fewer = new ArrayList<>(all);
        fewer.replaceAll(each -> each.index() % 10 == 9
                ? Records.missing(each.index(), Outcome.REFUSED, 429, "rate_limit_error")
                : each);
        assertThat(verdict(all, fewer, "goodput=1%")).isEqualTo(Verdict.REGRESSION);
        assertThat(verdict(all, fewer, "goodput=20%")).isEqualTo(Verdict.UNCHANGED);
        assertThat(verdict(all, fewer, "refused=1%")).isEqualTo(Verdict.REGRESSION);
        assertThat(verdict(all, fewer, "failed=1%")).isEqualTo(Verdict.UNCHANGED);
        assertThat(verdict(fewer, all, "refused=1%")).isEqualTo(Verdict.BETTER);
    }

    @Test
    void aRunWithoutResponsesIsARegression() {
        List<RequestRecord> none = List.of(Records.missing(0, Outcome.FAILED, 0, null));
        assertThat(verdict(Records.noisy(50, 100, 1), none, "ttft_p99=10%")).isEqualTo(Verdict.REGRESSION);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> verdict(none, Records.noisy(50, 100, 1), "ttft_p99=10%"))
                .withMessage("the first report has no ttft_p99");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttft_p99", "ttft=10%", "ttft_p98=10%", "ttft_p99=much", "ttft_std=10%", "speed_p50=1%"})
    void invalidThresholdsAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Threshold.parse(text));
    }

    @Test
    void theShareOfPairsHasTheDifferenceInItsInterval() {
        List<RequestRecord> direct = Records.noisy(200, 100, 1);
        List<RequestRecord> gateway = direct.stream()
                .map(each -> Records.stream(
                        each.index(), each.index() * 10, Metric.TTFT.measure(each)[0] + 2 + each.index() % 3, 20, 10))
                .toList();
        OwnShare share = OwnShare.of(gateway, direct, 1);
        OwnShare.Row pair = share.rows().getFirst();
        assertThat(share.pairs()).isEqualTo(200);
        assertThat(pair.metric()).isEqualTo(Metric.TTFT);
        assertThat(pair.name()).isEqualTo("pair");
        assertThat(pair.difference()).isBetween(2.9, 3.1);
        assertThat(pair.interval().low()).isBetween(1.9, 3.1);
        assertThat(pair.interval().high()).isBetween(2.9, 4.1);
        OwnShare.Row p99 = share.rows().get(3);
        assertThat(p99.name()).isEqualTo("p99");
        assertThat(p99.difference())
                .isBetween(p99.interval().low(), p99.interval().high());
    }

    @Test
    void onlyPairsOfCompleteResponsesCount() {
        List<RequestRecord> direct = Records.noisy(3, 100, 1);
        List<RequestRecord> gateway = List.of(
                direct.getFirst(), Records.missing(1, Outcome.REFUSED, 429, "rate_limit_error"), direct.getLast());
        assertThat(OwnShare.of(gateway, direct, 1).pairs()).isEqualTo(2);
    }
}
