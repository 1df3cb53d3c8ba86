package dev.stillgate.loadtests.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that disconnects is charged once, as the README of token-bucket says for the phase of the disconnect. */
@Tag("slow")
@Timeout(60)
class AbortedStreamTest {
    private static final Map<String, Long> CAPACITIES =
            Map.of("requests", 1_000L, "input-tokens", 100_000L, "output-tokens", 100_000L);
    private static final int MAX_TOKENS = 5_000;

    private MeteredGateway gateway;

    /** How a client disconnects. */
    enum Disconnect {
        FIN,
        RESET
    }

    static Stream<Arguments> ways() {
        return Arrays.stream(Api.values())
                .flatMap(api -> Arrays.stream(Disconnect.values()).map(how -> Arguments.of(api, how)));
    }

    @BeforeEach
    void start() throws ConfigException {
        gateway = MeteredGateway.open(CAPACITIES);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void disconnectWithinTheBodyIsFree(Api api, Disconnect how) throws Exception {
        try (RawClient client = new RawClient(gateway.port(), api)) {
            client.sendPartOf(api.body(MAX_TOKENS));
            client.disconnect(how);
        }
        assertThat(chargedOnce(api)).isEqualTo(new Charge(0, 0, 0));
        assertThat(gateway.stub().stats().requests("POST " + api.path())).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void disconnectBeforeTheHeadCostsTheEstimatedInput(Api api, Disconnect how) throws Exception {
        long estimate = abort(api, how, "hang", 0).estimate();

        assertThat(estimate).isPositive();
        assertThat(chargedOnce(api)).isEqualTo(new Charge(1, estimate, 0));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void disconnectBeforeTheFirstTokenCostsTheReportedUsage(Api api, Disconnect how) throws Exception {
        Aborted aborted = abort(api, how, "hang,cut=1", 1);

        Api.ReportedUsage usage = api.usage(aborted.events());
        assertThat(usage.input() >= 0)
                .as("only Messages reports usage at the start")
                .isEqualTo(api == Api.MESSAGES);
        assertThat(chargedOnce(api)).isEqualTo(new Charge(1, aborted.input(usage), Math.max(0, usage.output())));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void disconnectWithinTheStreamCostsTheDeliveredOutput(Api api, Disconnect how) throws Exception {
        Aborted aborted = abort(api, how, "hang,events=40,size=4000,cut=20", 20);

        long characters = aborted.events().stream()
                .map(api::text)
                .mapToLong(String::length)
                .sum();
        assertThat(characters).isGreaterThan(1500).isLessThan(2000);
        Charge charge = chargedOnce(api);
        assertThat(charge.requests()).isEqualTo(1);
        assertThat(charge.input()).isEqualTo(aborted.input(api.usage(aborted.events())));
        assertThat(charge.output())
                .as("estimated tokens of %d English characters", characters)
                .isBetween(characters / 8, characters / 2);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void disconnectAfterTheUsageCostsTheReportedUsage(Api api, Disconnect how) throws Exception {
        int events = api == Api.MESSAGES ? 13 : 11; // all but the last
        Aborted aborted = abort(api, how, "hang,events=8,size=4000,cut=" + events, events);

        Api.ReportedUsage usage = api.usage(aborted.events());
        assertThat(usage.output()).isEqualTo(1001);
        assertThat(chargedOnce(api)).isEqualTo(new Charge(1, usage.input(), usage.output()));
    }

    /** The charged amounts. */
    private record Charge(long requests, long input, long output) {
        static Charge of(MeteredGateway.Page page) {
            return new Charge(page.used("requests"), page.used("input-tokens"), page.used("output-tokens"));
        }
    }

    /**
     * An aborted stream.
     *
     * @param estimate the reserved input tokens
     * @param events the events that the client has read
     */
    private record Aborted(long estimate, List<String> events) {
        long input(Api.ReportedUsage usage) {
            return usage.input() < 0 ? estimate : usage.input();
        }
    }

    private Aborted abort(Api api, Disconnect how, String stub, int events) throws Exception {
        try (RawClient client = new RawClient(gateway.port(), api)) {
            client.send(api.body(MAX_TOKENS), stub);
            List<String> read = client.events(events);
            MeteredGateway.Page inFlight = gateway.pageWhen(page -> page.exchanges() == 1);
            assertThat(inFlight.used("output-tokens"))
                    .as("reserved before the response")
                    .isEqualTo(MAX_TOKENS);
            while (gateway.stub().stats().requests() == 0) {
                Thread.onSpinWait(); // until the request has reached the upstream
            }
            client.disconnect(how);
            return new Aborted(inFlight.used("input-tokens"), read);
        }
    }

    /** Returns the charge after the exchange, and checks that another exchange adds only its own cost. */
    private Charge chargedOnce(Api api) throws Exception {
        Charge charged = Charge.of(gateway.settled());
        try (RawClient client = new RawClient(gateway.port(), api)) {
            client.send(api.body(MAX_TOKENS), "events=2,size=400");
            Api.ReportedUsage usage = api.usage(client.allEvents());
            assertThat(Charge.of(gateway.settled()))
                    .isEqualTo(new Charge(
                            charged.requests() + 1,
                            charged.input() + usage.input(),
                            charged.output() + usage.output()));
        }
        return charged;
    }
}
