package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RefusingPorts;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.TwoAddresses;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a fallback carries the outage of all endpoints, however many there are, within its own timeouts. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class FallbackOutageTest {
    private static final int REFUSED_STREAM = 7;
    private static final int PROMPTS = 30;

    /** Nothing but the share of requests, so that each prompt needs its own. */
    private static final String ALL = "retries: {percent: 100, perSecond: 0}, fallback: {upstream: spare}";

    /** Ten in the window of ten seconds, whatever the requests. */
    private static final String TEN = "retries: {percent: 0, perSecond: 1}, fallback: {upstream: spare}";

    private final RefusingPorts refusing = new RefusingPorts();
    private final UpstreamScript spare = UpstreamScript.answering();

    @AfterEach
    void close() throws IOException {
        refusing.close();
        spare.close();
    }

    private RigBuilder rig(String keys) {
        return GatewayRig.with().upstreamKeys(keys).upstream("spare", spare.port(), "");
    }

    private RigBuilder dead(String keys, int endpoints) throws IOException {
        RigBuilder builder = rig(keys);
        for (int i = 0; i < endpoints; i++) {
            builder.toPort(refusing.next());
        }
        return builder;
    }

    /** Returns how many prompts get a response of the fallback while the clock stands still. */
    private static int served(RigBuilder builder) {
        try (GatewayRig rig = builder.start()) {
            rig.ticker().stop();
            int served = 0;
            for (int i = 0; i < PROMPTS; i++) {
                served += rig.ask(Requests.messages()).status() == 200 ? 1 : 0;
            }
            assertThat(rig.metric("stillgate_upstream_fallbacks_total", "upstream=\"model\""))
                    .isEqualTo(served);
            assertThat(rig.metric("stillgate_upstream_retries_total", "upstream=\"model\""))
                    .as("one of the budget for each")
                    .isEqualTo(served);
            assertThat(rig.metric("stillgate_upstream_retries_refused_total", "upstream=\"model\""))
                    .isEqualTo(PROMPTS - served);
            return served;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void outageIsCarried(int endpoints) throws IOException {
        assertThat(served(dead(ALL, endpoints))).isEqualTo(PROMPTS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    @DisplayName("attempts at dead endpoints take nothing from the fallback's share of the budget")
    void fallbackDoesNotCompeteWithRetries(int endpoints) throws IOException {
        assertThat(served(dead(TEN, endpoints))).isEqualTo(10);
    }

    @Test
    void outageOfANameWithTwoAddressesIsCarried() throws IOException {
        String uri = "http://" + TwoAddresses.NAME + ":" + refusing.next();
        try (GatewayRig rig = rig(ALL).toUri(uri).start()) {
            assertThat(rig.metric("stillgate_upstream_endpoints_available", "upstream=\"model\""))
                    .isEqualTo(2);
        }
        assertThat(served(rig(ALL).toUri(uri))).isEqualTo(PROMPTS);
        assertThat(served(rig(TEN).toUri(uri))).isEqualTo(10);
    }

    @Test
    void promptsAtOnceAreAllCarried() throws Exception {
        try (GatewayRig rig = dead(ALL, 2).start()) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < PROMPTS; i++) {
                clients.add(rig.connect().send(Requests.messages()));
            }
            for (RawClient client : clients) {
                assertThat(client.answer().status()).isEqualTo(200);
                client.close();
            }
        }
    }

    private static Http2UpstreamScript declining() {
        return Http2UpstreamScript.of(c -> {
            c.greet();
            for (Http2UpstreamScript.Request r = c.request(); r != null; r = c.request()) {
                c.number(Http2Client.RST_STREAM, r.stream(), REFUSED_STREAM);
            }
        });
    }

    private static int requests(Http2UpstreamScript upstream) {
        return upstream.connections().stream()
                .mapToInt(each -> each.frames(Http2Client.HEADERS).size())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {ALL, TEN})
    void refusedStreamsOfASingleEndpointLeadToTheFallback(String keys) {
        try (Http2UpstreamScript model = declining()) {
            assertThat(served(rig("protocol: http2, " + keys).toPort(model.port())))
                    .isEqualTo(keys.equals(ALL) ? PROMPTS : 10);
            assertThat(requests(model)).as("no second attempt at it").isEqualTo(PROMPTS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ALL, TEN})
    void refusedStreamsOfTwoEndpointsLeadToTheFallback(String keys) {
        try (Http2UpstreamScript model = declining();
                Http2UpstreamScript second = declining()) {
            int served =
                    served(rig("protocol: http2, " + keys).toPort(model.port()).toPort(second.port()));
            assertThat(served).isEqualTo(keys.equals(ALL) ? PROMPTS : 10);
            assertThat(requests(model) + requests(second))
                    .as("each endpoint is asked once")
                    .isEqualTo(PROMPTS + served);
        }
    }

    /** Returns an upstream that answers with 529 as soon as it may. */
    private static UpstreamScript overloaded(CountDownLatch may) {
        return UpstreamScript.of(c -> {
            while (c.request() != null) {
                may.await();
                c.send("HTTP/1.1 529 No\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}");
            }
        });
    }

    /**
     * Lets more time pass than the first upstream allows in total. Another exchange, of which the time is up too, shows
     * that the timeouts have been looked at.
     */
    private static void passTotal(GatewayRig rig) {
        try (RawClient other = rig.connect()) {
            other.send(Requests.post("/v1/messages", Requests.MESSAGES_BODY.replace("m-1", "silent")));
            GatewayRig.eventually("asked", () -> rig.metric("stillgate_upstream_in_flight", "upstream=\"mute\"") == 1);
            rig.ticker().jump(Duration.ofSeconds(5));
            assertThat(other.answer().status()).isEqualTo(504);
        }
    }

    private static RigBuilder limited(UpstreamScript model, UpstreamScript mute) {
        return GatewayRig.with()
                .to(model)
                .upstreamKeys("fallback: {upstream: spare, statuses: [529]}")
                .timeouts("{total: 3s}")
                .upstream("mute", mute.port(), "timeouts: {firstByte: 4s}")
                .routeKeys("models: [{names: [silent], upstream: mute}]");
    }

    @Test
    @DisplayName("the total time of the first upstream ends at the fallback, also while the prompt waits for a place")
    void totalTimeOfTheFirstUpstreamEndsInTheQueue() {
        CountDownLatch slow = new CountDownLatch(1);
        UpstreamScript busy = UpstreamScript.of(c -> {
            while (c.request() != null) {
                slow.await();
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
        try (busy;
                UpstreamScript model = overloaded(new CountDownLatch(0));
                UpstreamScript mute = UpstreamScript.of(UpstreamScript.Connection::drain);
                GatewayRig rig = limited(model, mute)
                        .upstream("spare", busy.port(), "concurrency: {most: 1, queue: 1, queueTimeout: 60s}")
                        .start();
                RawClient one = rig.connect();
                RawClient two = rig.connect()) {
            one.send(Requests.messages());
            busy.connection(0);
            two.send(Requests.messages());
            GatewayRig.eventually("waiting", () -> rig.metric("stillgate_upstream_waiting", "upstream=\"spare\"") == 1);
            passTotal(rig);
            slow.countDown();
            assertThat(one.answer().status()).isEqualTo(200);
            assertThat(two.answer().status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("the total time of the first upstream ends at the fallback, also while its connection is opened")
    void totalTimeOfTheFirstUpstreamEndsWhileTheFallbackIsConnected() {
        CountDownLatch slow = new CountDownLatch(1);
        Http2UpstreamScript opening = Http2UpstreamScript.of(c -> {
            slow.await();
            c.greet().serveAll();
        });
        try (opening;
                UpstreamScript model = overloaded(new CountDownLatch(0));
                UpstreamScript mute = UpstreamScript.of(UpstreamScript.Connection::drain);
                GatewayRig rig = limited(model, mute)
                        .upstream("spare", opening.port(), "protocol: http2, timeouts: {connect: 60s}")
                        .start();
                RawClient client = rig.connect()) {
            client.send(Requests.messages());
            GatewayRig.eventually("opening", () -> opening.connections().size() == 1);
            passTotal(rig);
            slow.countDown();
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void totalTimeOfTheFallbackApplies() {
        UpstreamScript silent = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (silent;
                UpstreamScript model = overloaded(new CountDownLatch(0));
                GatewayRig rig = GatewayRig.with()
                        .to(model)
                        .upstreamKeys("fallback: {upstream: spare, statuses: [529]}")
                        .upstream("spare", silent.port(), "timeouts: {total: 3s}")
                        .start();
                RawClient client = rig.connect()) {
            client.send(Requests.messages());
            silent.connection(0);
            rig.ticker().jump(Duration.ofSeconds(4));
            assertThat(client.answer().status()).isEqualTo(504);
            assertThat(rig.reason("total-timeout")).isEqualTo(1);
        }
    }
}
