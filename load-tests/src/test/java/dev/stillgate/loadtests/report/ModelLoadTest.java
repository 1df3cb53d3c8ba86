package dev.stillgate.loadtests.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.report.RequestRecord.Outcome;
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

    private ModelRequests.Target target() {
        return new ModelRequests.Target(stub.baseUrl(), List.of("sk-a", "sk-b"));
    }

    private List<RequestRecord> run(boolean stream, String apis, String options, List<Long> arrivals)
            throws InterruptedException {
        ModelRequests requests = new ModelRequests(stream, apis, "stub-1", options);
        try (ModelLoad load = ModelLoad.of(requests, Duration.ofSeconds(30))) {
            load.run(List.of(target()), Arrivals.parse("constant:40", 0).schedule(0.5, 1)); // compiles the code
            return load.run(List.of(target()), arrivals).getFirst();
        }
    }

    /**
     * The stub sends three events before the text of a message, and one before that of a chat completion. A busy machine
     * delays events, so only the earliest possible times are known.
     */
    @ParameterizedTest
    @CsvSource({"messages, 160", "chat, 120"})
    void eventsOfAKnownPaceAreNotEarly(String apis, double first) throws InterruptedException {
        List<Long> arrivals = Arrivals.parse("constant:10", 0).schedule(2, 1);
        List<RequestRecord> records = run(true, apis, "delay=100,pace=20,events=30,size=116", arrivals);
        Figures figures = new Figures(records, Slo.parse(""));
        assertThat(figures.count(Outcome.COMPLETED)).isEqualTo(20);
        assertThat(figures.of(Metric.TTFT).percentile(0)).isGreaterThan(first - 1);
        assertThat(figures.of(Metric.E2E).percentile(0)).isGreaterThan(first + 29 * 20 - 1);
        assertThat(records).allSatisfy(each -> {
            assertThat(each.outputEventsNs()).hasSize(30);
            assertThat(each.outputTokens()).isEqualTo(30);
            assertThat(each.lastEventNs()).isGreaterThan(each.outputEventsNs().getLast());
        });
    }

    @Test
    void aResponseInOnePieceHasALatencyAndNoFirstToken() throws InterruptedException {
        List<RequestRecord> records = run(false, "both", "size=240", List.of(0L, 0L));
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
        RequestRecord found = run(true, "messages", options, List.of(0L)).getFirst();
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
        ModelRequests requests = new ModelRequests(true, "chat", "m", null);
        try (ModelLoad load = ModelLoad.of(requests, Duration.ofSeconds(30))) {
            RequestRecord found = load.run(List.of(new ModelRequests.Target(url, List.of("k"))), List.of(0L))
                    .getFirst()
                    .getFirst();
            assertThat(found.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(found.error()).startsWith("ConnectException");
        }
    }

    @Test
    void aResponseThatNeverEndsIsGivenUp() throws InterruptedException {
        ModelRequests requests = new ModelRequests(true, "messages", "stub-1", "cut=4,hang");
        try (ModelLoad load = ModelLoad.of(requests, Duration.ofSeconds(1))) {
            RequestRecord found =
                    load.run(List.of(target()), List.of(0L)).getFirst().getFirst();
            assertThat(found.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(found.error()).isEqualTo("no end within 1 s after the last arrival");
        }
    }

    @Test
    void aPairHasOneArrivalAndStartsInTurn() throws InterruptedException {
        ModelRequests requests = new ModelRequests(true, "messages", "stub-1", "events=4");
        List<Long> arrivals = Arrivals.parse("constant:50", 0).schedule(0.2, 1);
        try (ModelLoad load = ModelLoad.of(requests, Duration.ofSeconds(30))) {
            List<List<RequestRecord>> both = load.run(List.of(target(), target()), arrivals);
            for (int i = 0; i < arrivals.size(); i++) {
                long first = both.get(i % 2).get(i).intendedNs();
                assertThat(first).isEqualTo(arrivals.get(i));
                assertThat(both.get(1 - i % 2).get(i).intendedNs() - first).isEqualTo(5_000_000);
            }
        }
    }
}
