package dev.stillgate.loadtests.report.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.loadtests.report.arrival.Arrival;
import dev.stillgate.loadtests.report.arrival.Arrivals;
import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.Metric;
import dev.stillgate.loadtests.report.figure.Slo;
import dev.stillgate.loadtests.report.figure.Statistic;
import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import dev.stillgate.loadtests.report.send.RequestKind.Apis;
import dev.stillgate.loadtests.stub.StubModel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ModelLoadTest {
    private final StubModel stub = StubModel.start();

    @AfterEach
    void stop() {
        stub.close();
    }

    private Target target() {
        return new Target(stub.baseUrl(), List.of("sk-a", "sk-b"));
    }

    private List<RequestRecord> run(boolean stream, Apis apis, String options, List<Arrival> arrivals)
            throws InterruptedException {
        RequestKind kind = new RequestKind(stream, apis, "stub-1", options);
        try (ModelLoad load = new ModelLoad(kind, Duration.ofSeconds(30))) {
            load.run(List.of(target()), Arrivals.parse("constant:40", 0).schedule(0.5, 1)); // compiles the code
            return load.run(List.of(target()), arrivals).getFirst();
        }
    }

    /**
     * The stub sends three events before the text of a message, and one before that of a chat completion. A busy machine
     * delays events, so only the earliest possible times are known.
     */
    @ParameterizedTest
    @CsvSource({"MESSAGES, 160", "CHAT, 120"})
    void eventsOfAKnownPaceAreNotEarly(Apis apis, double first) throws InterruptedException {
        List<Arrival> arrivals = Arrivals.parse("constant:10", 0).schedule(2, 1);
        List<RequestRecord> records = run(true, apis, "delay=100,pace=20,events=30,size=116", arrivals);
        Figures figures = new Figures(records, Slo.NONE);
        assertThat(figures.count(Outcome.COMPLETED)).isEqualTo(20);
        assertThat(figures.of(Metric.TTFT).get(Statistic.MIN)).isGreaterThan(first - 1);
        assertThat(figures.of(Metric.E2E).get(Statistic.MIN)).isGreaterThan(first + 29 * 20 - 1);
        assertThat(records).allSatisfy(each -> {
            assertThat(each.outputs()).hasSize(30);
            assertThat(each.outputTokens()).isEqualTo(30);
            assertThat(each.model()).isEqualTo("stub-1");
            assertThat(each.firstEvent()).isLessThan(each.firstOutput());
            assertThat(each.ended()).isGreaterThan(each.lastOutput());
        });
    }

    @Test
    void tokensOfAnArrivalAreAskedFor() throws InterruptedException {
        List<RequestRecord> records = run(true, Apis.BOTH, "", List.of(new Arrival(0, 50, 1), new Arrival(0, 800, 33)));
        assertThat(records).extracting(RequestRecord::outputTokens).containsExactly(1, 33);
        assertThat(records.get(1).outputs()).hasSize(33);
        assertThat(records.get(1).inputTokens()).isCloseTo(800, within(20));
    }

    @Test
    void aResponseInOnePieceHasALatencyAndNoFirstToken() throws InterruptedException {
        List<RequestRecord> records =
                run(false, Apis.BOTH, "size=240", List.of(new Arrival(0, 0, 0), new Arrival(0, 0, 0)));
        assertThat(records).allSatisfy(each -> {
            assertThat(each.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(each.outputTokens()).isEqualTo(61);
            assertThat(Metric.TTFT.measure(each)).isEmpty();
            assertThat(Metric.E2E.measure(each)).hasSize(1);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "status=429, REFUSED, 429, rate_limit_error",
        "status=403, REFUSED, 403, permission_error",
        "status=529, FAILED, 529, overloaded_error",
        "error-event=4, FAILED, 200, overloaded_error",
        "cut=5, FAILED, 200,",
        "unterminated-chunk, FAILED, 200,",
        "reset, FAILED, 0,",
        "garbage, FAILED, 0,",
    })
    void refusedAndFailedAreToldApart(String options, Outcome outcome, int status, String code)
            throws InterruptedException {
        RequestRecord found =
                run(true, Apis.MESSAGES, options, List.of(new Arrival(0, 0, 0))).getFirst();
        assertThat(found.outcome()).isEqualTo(outcome);
        assertThat(found.status()).isEqualTo(status);
        assertThat(found.code()).isEqualTo(code);
        assertThat(found.error()).isNotBlank();
    }

    @Test
    void aServerThatIsNotThereFailsAtOnce() throws Exception {
        String url;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + taken.getLocalPort();
        }
        RequestKind kind = new RequestKind(true, Apis.CHAT, "m", null);
        try (ModelLoad load = new ModelLoad(kind, Duration.ofSeconds(30))) {
            RequestRecord found = load.run(List.of(new Target(url, List.of("k"))), List.of(new Arrival(0, 0, 0)))
                    .getFirst()
                    .getFirst();
            assertThat(found.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(found.error()).startsWith("ConnectException");
        }
    }

    @Test
    void aResponseThatNeverEndsIsGivenUp() throws InterruptedException {
        RequestKind kind = new RequestKind(true, Apis.MESSAGES, "stub-1", "cut=4,hang");
        try (ModelLoad load = new ModelLoad(kind, Duration.ofSeconds(1))) {
            RequestRecord found = load.run(List.of(target()), List.of(new Arrival(0, 0, 0)))
                    .getFirst()
                    .getFirst();
            assertThat(found.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(found.error()).isEqualTo("no end within 1 s after the last arrival");
            assertThat(found.firstEvent()).isPositive();
        }
    }

    @Test
    void aPairHasOneArrivalAndStartsInTurn() throws InterruptedException {
        RequestKind kind = new RequestKind(true, Apis.MESSAGES, "stub-1", "events=4");
        List<Arrival> arrivals = Arrivals.parse("constant:50", 0).schedule(0.2, 1);
        try (ModelLoad load = new ModelLoad(kind, Duration.ofSeconds(30))) {
            List<List<RequestRecord>> both = load.run(List.of(target(), target()), arrivals);
            for (int i = 0; i < arrivals.size(); i++) {
                long first = both.get(i % 2).get(i).intended();
                assertThat(first).isEqualTo(arrivals.get(i).offset());
                assertThat(both.get(1 - i % 2).get(i).intended() - first).isEqualTo(5_000_000);
            }
        }
    }

    @Test
    void latencyBeginsAtTheIntendedStart() {
        RequestRecord late = new RequestRecord(
                0,
                true,
                0,
                400_000_000,
                0,
                600_000_000,
                2,
                List.of(500_000_000L, 600_000_000L),
                1,
                2,
                200,
                Outcome.COMPLETED,
                null,
                null,
                null);
        assertThat(Metric.TTFT.measure(late)).containsExactly(500);
        assertThat(Metric.E2E.measure(late)).containsExactly(600);
        assertThat(Metric.LAG.measure(late)).containsExactly(400);
    }
}
