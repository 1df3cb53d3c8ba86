package dev.stillgate.loadtests.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
    private static JsonNode report(List<RequestRecord> records) {
        Figures figures = new Figures(records, Slo.parse(""));
        return new ObjectMapper().valueToTree(new LoadReport(Map.of(), figures, null).json());
    }

    /** Returns a report of streams with equal times to their first tokens, in milliseconds. */
    private static JsonNode report(double first) {
        return report(IntStream.range(0, 50)
                .mapToObj(i -> Records.stream(i, i * 10, first, 20, 10))
                .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "100, 130, ttft_p50=10%, true",
        "100, 130, ttft_p50=50%, false",
        "100, 130, ttft_p50=5ms, true",
        "100, 100, ttft_p99=10%, false",
        "130, 100, ttft_p50=10%, false",
        "100, 130, itl_p99=10%, false",
        "100, 130, time_to_first_token_avg=10%, true",
    })
    void changeAboveItsThresholdIsARegression(double before, double after, String threshold, boolean regression) {
        Comparison comparison = Comparison.of(report(before), report(after), threshold);
        assertThat(comparison.hasRegression()).isEqualTo(regression);
        assertThat(comparison.markdown()).contains(regression ? "**regression**" : "| allowed |");
    }

    @Test
    void goodputIsComparedInPoints() {
        List<RequestRecord> fewer = new ArrayList<>(Records.noisy(100, 100, 1));
        fewer.replaceAll(each -> each.index() % 10 == 9
                ? Records.missing(each.index(), Outcome.REFUSED, 429, "rate_limit_error")
                : each);
        assertThat(Comparison.of(report(100), report(fewer), "goodput=1%").hasRegression())
                .isTrue();
        assertThat(Comparison.of(report(100), report(fewer), "goodput=20%").hasRegression())
                .isFalse();
        assertThat(Comparison.of(report(fewer), report(100), "goodput=1%").hasRegression())
                .isFalse();
    }

    @Test
    void aRunWithoutResponsesIsARegression() {
        JsonNode none = report(List.of(Records.missing(0, Outcome.FAILED, 0, null)));
        Comparison comparison = Comparison.of(report(100), none, "ttft_p99=10%");
        assertThat(comparison.hasRegression()).isTrue();
        assertThat(comparison.markdown()).contains("| none | – |");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.of(none, report(100), "ttft_p99=10%"))
                .withMessage("the first report has no ttft_p99");
    }

    @Test
    void figuresThatTheFirstReportLacksAreNotComparedByDefault() throws Exception {
        JsonNode other = new ObjectMapper().readTree("{\"request_latency\":{\"p99\":200,\"unit\":\"ms\"}}");
        assertThat(Comparison.of(other, other, null).rows()).hasSize(1);
        assertThat(Comparison.of(report(100), report(100), null).rows()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttft_p99", "ttft=10%", "ttft_p98=10%", "ttft_p99=much", "speed_p50=1%"})
    void invalidThresholdsAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Comparison.of(report(100), report(100), text));
    }

    @Test
    void theShareOfPairsHasTheDifferenceInItsInterval() {
        List<RequestRecord> direct = Records.noisy(200, 100, 1);
        List<RequestRecord> gateway = direct.stream()
                .map(each -> Records.stream(
                        each.index(), each.index() * 10, Metric.TTFT.measure(each)[0] + 2 + each.index() % 3, 20, 10))
                .toList();
        OwnShare share = OwnShare.of(gateway, direct);
        OwnShare.Row pair = share.rows().getFirst();
        assertThat(share.pairs()).isEqualTo(200);
        assertThat(pair.metric()).isEqualTo(Metric.TTFT);
        assertThat(pair.difference()).isCloseTo(3, within(0.01));
        assertThat(pair.low()).isBetween(1.9, 3.1);
        assertThat(pair.high()).isBetween(2.9, 4.1);
    }

    @Test
    void onlyPairsOfCompleteResponsesCount() {
        List<RequestRecord> direct = Records.noisy(3, 100, 1);
        List<RequestRecord> gateway = List.of(
                direct.getFirst(), Records.missing(1, Outcome.REFUSED, 429, "rate_limit_error"), direct.getLast());
        assertThat(OwnShare.of(gateway, direct).pairs()).isEqualTo(2);
    }
}
