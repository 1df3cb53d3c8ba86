package dev.stillgate.loadtests.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A caller that goes away is charged what README of token-bucket says for the phase in which it went, and once. */
@Timeout(60)
class AbortedStreamTest {
    private static final Map<String, Long> CAPACITIES =
            Map.of("requests", 1_000L, "input-tokens", 100_000L, "output-tokens", 100_000L);
    private static final int MAX_TOKENS = 5_000;

    private MeteredGateway gateway;

    /** How a caller goes away. */
    enum Leaving {
        CLOSING,
        RESETTING
    }

    static Stream<Arguments> ways() {
        return Arrays.stream(Api.values())
                .flatMap(api -> Arrays.stream(Leaving.values()).map(how -> Arguments.of(api, how)));
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
    void inTheMiddleOfTheBodyCostsNothing(Api api, Leaving how) throws Exception {
        try (RawClient caller = new RawClient(gateway.port(), api)) {
            caller.sendPartOf(api.body(MAX_TOKENS));
            caller.leave(how);
        }
        assertThat(chargedOnce(api)).isEqualTo(new Charge(0, 0, 0));
        assertThat(gateway.stub().stats().requests("POST " + api.path())).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void beforeTheHeadCostsTheEstimateOfTheInput(Api api, Leaving how) throws Exception {
        long estimate = abort(api, how, "hang", 0).estimate();

        assertThat(estimate).isPositive();
        assertThat(chargedOnce(api)).isEqualTo(new Charge(1, estimate, 0));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void beforeTheFirstTokenCostsTheInputAndTheOutputThatIsTold(Api api, Leaving how) throws Exception {
        Aborted aborted = abort(api, how, "hang,cut=1", 1);

        Api.Told told = api.told(aborted.events());
        assertThat(told.input() >= 0).as("only Messages tells at the beginning").isEqualTo(api == Api.MESSAGES);
        assertThat(chargedOnce(api)).isEqualTo(new Charge(1, aborted.input(told), Math.max(0, told.output())));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void inTheMiddleOfTheStreamCostsTheInputAndWhatWasDelivered(Api api, Leaving how) throws Exception {
        Aborted aborted = abort(api, how, "hang,events=40,size=4000,cut=20", 20);

        long characters = aborted.events().stream()
                .map(api::text)
                .mapToLong(String::length)
                .sum();
        assertThat(characters).isGreaterThan(1500).isLessThan(2000);
        Charge charge = chargedOnce(api);
        assertThat(charge.requests()).isEqualTo(1);
        assertThat(charge.input()).isEqualTo(aborted.input(api.told(aborted.events())));
        assertThat(charge.output())
                .as("estimate of %d characters of English", characters)
                .isBetween(characters / 8, characters / 2);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void afterTheUsageCostsWhatItTells(Api api, Leaving how) throws Exception {
        int events = api == Api.MESSAGES ? 13 : 11; // all but the last
        Aborted aborted = abort(api, how, "hang,events=8,size=4000,cut=" + events, events);

        Api.Told told = api.told(aborted.events());
        assertThat(told.output()).isEqualTo(1001);
        assertThat(chargedOnce(api)).isEqualTo(new Charge(1, told.input(), told.output()));
    }

    /** What was charged. */
    private record Charge(long requests, long input, long output) {
        static Charge of(MeteredGateway.Page page) {
            return new Charge(page.used("requests"), page.used("input-tokens"), page.used("output-tokens"));
        }
    }

    /**
     * A stream that its caller has left.
     *
     * @param estimate the input that was taken for it
     * @param events what the caller has read of it
     */
    private record Aborted(long estimate, List<String> events) {
        long input(Api.Told told) {
            return told.input() < 0 ? estimate : told.input();
        }
    }

    private Aborted abort(Api api, Leaving how, String stub, int events) throws Exception {
        try (RawClient caller = new RawClient(gateway.port(), api)) {
            caller.send(api.body(MAX_TOKENS), stub);
            List<String> read = caller.events(events);
            MeteredGateway.Page underWay = gateway.pageWhen(page -> page.exchanges() == 1);
            assertThat(underWay.used("output-tokens"))
                    .as("taken before it is begun")
                    .isEqualTo(MAX_TOKENS);
            while (gateway.stub().stats().requests() == 0) {
                Thread.onSpinWait(); // until the upstream has been asked
            }
            caller.leave(how);
            return new Aborted(underWay.used("input-tokens"), read);
        }
    }

    /** Returns what is charged when the exchange is over, and sees that another exchange adds its own cost and no more. */
    private Charge chargedOnce(Api api) throws Exception {
        Charge charged = Charge.of(gateway.settled());
        try (RawClient caller = new RawClient(gateway.port(), api)) {
            caller.send(api.body(MAX_TOKENS), "events=2,size=400");
            Api.Told told = api.told(caller.allEvents());
            assertThat(Charge.of(gateway.settled()))
                    .isEqualTo(new Charge(
                            charged.requests() + 1, charged.input() + told.input(), charged.output() + told.output()));
        }
        return charged;
    }
}
