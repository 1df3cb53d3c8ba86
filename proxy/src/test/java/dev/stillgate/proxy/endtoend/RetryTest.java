package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RefusingPorts;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which requests are retried and which must not be (RFC 9110 section 9.2.2), as seen by the upstreams. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class RetryTest {
    private static final String GET = "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n";

    /** A filter that connects to the port named in the request and waits until that closes. */
    private static final String KNOCKING = """
            return (RequestFilter) x -> {
                String port = x.headers().first("x-knock");
                if (port != null) {
                    try (java.net.Socket door = new java.net.Socket("127.0.0.1", Integer.parseInt(port))) {
                        door.getInputStream().read();
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
                return Verdict.ALLOW;
            };""";

    private final RefusingPorts refusing = new RefusingPorts();

    @TempDir
    private Path directory;

    @AfterEach
    void close() throws IOException {
        refusing.close();
    }

    /** Responds to the first request of each connection and closes at the second. */
    private static UpstreamScript closingAtTheSecond(boolean reset) {
        return UpstreamScript.of(c -> {
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
            c.request();
            if (reset) {
                c.reset();
            } else {
                c.close();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writtenPostIsNeverRetried(boolean reset) throws IOException {
        try (UpstreamScript one = closingAtTheSecond(reset);
                GatewayRig rig = GatewayRig.with().to(one).start();
                RawClient client = rig.connect()) {
            assertThat(client.send(Requests.messages()).answer().status()).isEqualTo(200);
            assertThat(client.send(Requests.messages()).answer().status()).isEqualTo(502);
            assertThat(one.requests()).hasSize(2);
            assertThat(rig.metric("stillgate_upstream_retries_total")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void getOnAClosedReusedConnectionIsRetried(boolean reset) throws IOException {
        try (UpstreamScript one = closingAtTheSecond(reset);
                GatewayRig rig = GatewayRig.with().to(one).start();
                RawClient client = rig.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            assertThat(client.send(GET).answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(one.requests()).hasSize(3);
            assertThat(rig.metric("stillgate_upstream_retries_total", "upstream=\"model\""))
                    .isEqualTo(1);
        }
    }

    @Test
    void getOnAClosedNewConnectionIsNotRetried() throws IOException {
        UpstreamScript closing = UpstreamScript.of(c -> {
            c.request();
            c.close();
        });
        try (closing;
                GatewayRig rig = GatewayRig.before(closing)) {
            assertThat(rig.ask(GET).status()).isEqualTo(502);
            assertThat(closing.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("engine D3: a GET with an interim response is not retried")
    void getAfterAnInterimResponseIsNotRetried() throws IOException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
            c.request();
            c.send("HTTP/1.1 103 Early Hints\r\n\r\n").close();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            assertThat(client.send(GET).answer().status()).isEqualTo(502);
            assertThat(upstream.requests()).hasSize(2);
        }
    }

    @Test
    void getWithAStartedResponseIsNotRetried() throws IOException {
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
            c.request();
            c.send("HTTP/1.1 2").close();
        });
        try (upstream;
                GatewayRig rig = GatewayRig.before(upstream);
                RawClient client = rig.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            assertThat(client.send(GET).answer().status()).isEqualTo(502);
            assertThat(upstream.requests()).hasSize(2);
        }
    }

    @Test
    void getWithABodyIsNotRetried() throws IOException {
        try (UpstreamScript one = closingAtTheSecond(false);
                GatewayRig rig = GatewayRig.before(one);
                RawClient client = rig.connect()) {
            assertThat(client.send(GET).answer().status()).isEqualTo(200);
            client.send("GET /v1/models HTTP/1.1\r\nHost: a\r\ncontent-length: 3\r\n\r\nabc");
            assertThat(client.answer().status()).isEqualTo(502);
            assertThat(one.requests()).hasSize(2);
        }
    }

    /** The connection is reset while the filters block the event loop, which then writes to it unaware. */
    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll"})
    void postNotAcceptedByTheKernelIsRetried(String transport) throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        UpstreamScript upstream = UpstreamScript.of(c -> {
            c.request();
            boolean first = late.getCount() > 0;
            c.send(UpstreamScript.JSON_ANSWER);
            if (first) {
                late.await();
                c.reset();
                closed.countDown();
            }
        });
        try (upstream;
                ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .transport(transport)
                        .plugins(TestPlugins.in(directory, "knocking", KNOCKING))
                        .filters("[{name: k, type: knocking}]")
                        .start();
                RawClient client = rig.connect()) {
            assertThat(client.send(Requests.messages()).answer().status()).isEqualTo(200);
            client.send(Requests.messages("x-knock: " + door.getLocalPort()));
            door.setSoTimeout(30_000);
            try (Socket inTheFilter = door.accept()) {
                late.countDown();
                closed.await();
                assertThat(inTheFilter.isConnected()).isTrue();
            }
            assertThat(client.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            assertThat(rig.metric("stillgate_upstream_retries_total")).isEqualTo(1);
            assertThat(upstream.requests()).hasSize(2);
        }
    }

    @Test
    void attemptsAreLimited() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .toPort(refusing.next())
                        .toPort(refusing.next())
                        .to(upstream)
                        .upstreamKeys("retries: {attempts: 1}, ejection: {failures: 0}")
                        .start()) {
            int failed = 0;
            for (int i = 0; i < 40; i++) {
                failed += rig.ask(Requests.messages()).status() == 502 ? 1 : 0;
            }
            assertThat(failed).isPositive();
            assertThat(rig.metric("stillgate_upstream_retries_total")).isZero();
        }
    }

    @Test
    void budgetIsLimited() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .toPort(refusing.next())
                        .to(upstream)
                        .upstreamKeys("retries: {percent: 0, perSecond: 1}, ejection: {failures: 0}")
                        .start()) {
            rig.ticker().stop();
            int failed = 0;
            for (int i = 0; i < 100; i++) {
                failed += rig.ask(Requests.messages()).status() == 502 ? 1 : 0;
            }
            assertThat(failed).isPositive();
            assertThat(rig.metric("stillgate_upstream_retries_total")).isEqualTo(10);
            assertThat(rig.metric("stillgate_upstream_retries_refused_total")).isEqualTo(failed);
        }
    }

    @Test
    void uploadToADeadEndpointGoesToAnother() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().toPort(refusing.next()).to(upstream).start()) {
            String body = "x".repeat(300_000);
            for (int i = 0; i < 5; i++) {
                assertThat(rig.ask(Requests.post("/v1/blobs/1", body)).status()).isEqualTo(200);
            }
            assertThat(upstream.requests())
                    .hasSize(5)
                    .allMatch(request -> request.text().equals(body));
        }
    }

    @Test
    void requestsGoToTheLeastLoadedEndpoint() throws IOException {
        UpstreamScript stuck = UpstreamScript.of(UpstreamScript.Connection::drain);
        List<RawClient> clients = new ArrayList<>();
        try (stuck;
                UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(stuck, upstream).threads(2).start()) {
            while (stuck.connections().isEmpty() && clients.size() < 100) {
                int before = upstream.requests().size();
                clients.add(rig.connect().send(Requests.messages()));
                GatewayRig.eventually("asked", () -> stuck.connections().size() == 1 || answered(upstream) > before);
            }
            int before = upstream.requests().size();
            for (int i = 0; i < 20; i++) {
                assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            }
            assertThat(upstream.requests()).hasSize(before + 20);
            assertThat(stuck.connections()).hasSize(1);
            clients.forEach(RawClient::close);
        }
    }

    private static int answered(UpstreamScript upstream) {
        try {
            return upstream.requests().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
