package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.listen.Transports;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests exchanges when the gateway cannot open a socket to the upstream, or the connection never opens. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class OutOfDescriptorsTest {
    private static final int CALLERS = 30;

    private final AtomicBoolean exhausted = new AtomicBoolean(true);
    private String protocol = "protocol: http1";

    private Transports exhaustible(Transports real) {
        return new Transports(real.name(), real.handlers(), real.serverChannels(), () -> {
            if (exhausted.get()) {
                throw new ChannelException("Unable to create Channel: too many open files");
            }
            return real.channels().newChannel();
        });
    }

    private void everyExchangeIsAnswered(RigBuilder builder) {
        String upload = Requests.head("POST", "/v1/blobs/1", "Content-Length: 4") + "\r\nblob";
        try (GatewayRig rig = builder.channels(this::exhaustible)
                .upstreamKeys("%s, concurrency: {most: 10}".formatted(protocol))
                .start()) {
            List<RawClient> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(rig.connect().send(i % 2 == 0 ? Requests.messages() : upload));
            }
            for (RawClient caller : callers) {
                RawClient.Response got = caller.answer();
                assertThat(got.status()).isEqualTo(503);
                assertThat(got.head().toLowerCase(Locale.ROOT)).contains("retry-after: 1");
                assertThat(got.text()).contains("The gateway is full; try again soon.");
                caller.close();
            }
            assertThat(rig.reason("no-descriptors")).isEqualTo(CALLERS);
            assertThat(rig.metric("stillgate_upstream_connections_open")).isZero();
            assertThat(rig.metric("stillgate_upstream_in_flight")).isZero();
            assertThat(rig.metric("stillgate_upstream_places_taken")).isZero();
            assertThat(rig.metric("stillgate_upstream_endpoints_available")).isEqualTo(2);
            exhausted.set(false);
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("engine A2: without a descriptor an HTTP/1.1 exchange gets 503, and no endpoint counts as failed")
    void http1ExchangesGet503() {
        try (UpstreamScript first = UpstreamScript.answering();
                UpstreamScript second = UpstreamScript.answering()) {
            everyExchangeIsAnswered(GatewayRig.with().to(first, second));
        }
    }

    @Test
    @DisplayName("engine A2: without a descriptor an HTTP/2 exchange gets 503, and no endpoint counts as failed")
    void http2ExchangesGet503() {
        protocol = "protocol: http2";
        try (Http2UpstreamScript first = Http2UpstreamScript.answering();
                Http2UpstreamScript second = Http2UpstreamScript.answering()) {
            everyExchangeIsAnswered(GatewayRig.with().toPort(first.port()).toPort(second.port()));
        }
    }

    @Test
    @DisplayName("engine A2: without a descriptor every stream of an HTTP/2 client gets a response")
    void everyStreamOfAClientGets503() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .channels(this::exhaustible)
                        .start();
                Http2Client caller = new Http2Client(rig.port())) {
            for (int stream = 1; stream < 2 * CALLERS; stream += 2) {
                caller.post(stream, "/v1/messages", Requests.MESSAGES_BODY);
            }
            Set<Integer> answered = new HashSet<>();
            while (answered.size() < CALLERS) {
                Http2Client.Frame head = caller.readUntil(Http2Client.HEADERS);
                assertThat(Http2Client.decode(head.payload())).contains(":status: 503");
                answered.add(head.stream());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    @DisplayName("engine A2: the exchange itself limits the wait for a connection that never opens")
    void connectionThatNeverOpensIs504(String spoken) throws IOException {
        exhausted.set(false);
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket first = new Socket(full.getInetAddress(), full.getLocalPort());
                Socket second = new Socket(full.getInetAddress(), full.getLocalPort());
                GatewayRig rig = GatewayRig.with()
                        .toPort(full.getLocalPort())
                        .upstreamKeys("protocol: " + spoken)
                        .timeouts("{connect: 60s}")
                        .start();
                RawClient caller = rig.connect()) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            caller.send(Requests.messages());
            GatewayRig.eventually("opening", () -> rig.metric("stillgate_upstream_connections_open") == 1);
            rig.ticker().jump(Duration.ofSeconds(241));
            assertThat(caller.answer().status()).isEqualTo(504);
            assertThat(rig.reason("connect-timeout")).isEqualTo(1);
        }
    }
}
