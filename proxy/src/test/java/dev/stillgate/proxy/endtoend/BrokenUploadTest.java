package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests upstreams that reset their connection while the gateway writes a request body to it. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class BrokenUploadTest {
    /** A filter that connects to the port named in the request and blocks the event loop until that closes. */
    private static final String BLOCKING = """
            return (RequestFilter) x -> {
                String port = x.headers().first("x-door");
                if (port != null) {
                    try (java.net.Socket door = new java.net.Socket("127.0.0.1", Integer.parseInt(port))) {
                        door.getInputStream().read();
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    return new Verdict.Reject(Verdict.Kind.OVERLOADED, "door", "The door was closed.");
                }
                return Verdict.ALLOW;
            };""";

    private static final int LENGTH = 60_000;
    private static final int FIRST = 20_000;

    private final CountDownLatch reset = new CountDownLatch(1);
    private final CountDownLatch isReset = new CountDownLatch(1);
    private final AtomicInteger connections = new AtomicInteger();

    @TempDir
    private Path directory;

    /** An upstream that resets its first connection when told to, and responds on all others. */
    private UpstreamScript upstream() {
        return UpstreamScript.of(c -> {
            if (connections.getAndIncrement() > 0) {
                while (c.request() != null) {
                    c.send(UpstreamScript.JSON_ANSWER);
                }
                return;
            }
            reset.await();
            c.reset();
            isReset.countDown();
        });
    }

    private GatewayRig start(UpstreamScript upstream, String transport) throws IOException {
        assumeTrue(!transport.equals("io-uring") || IoUring.isAvailable(), "io_uring is not available here");
        assumeTrue(!transport.equals("epoll") || Epoll.isAvailable(), "epoll is not available here");
        return GatewayRig.with()
                .to(upstream)
                .transport(transport)
                .upstreamKeys("ejection: {failures: 0}")
                .plugins(TestPlugins.in(directory, "blocking", BLOCKING))
                .filters("[{name: b, type: blocking}]")
                .start();
    }

    /** Delivers the rest of the upload and then the reset to one iteration of the gateway's event loop. */
    private void resetBehind(GatewayRig rig, UpstreamScript upstream, Runnable piece) throws Exception {
        upstream.connection(0);
        try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RawClient other = rig.connect()) {
            other.send(Requests.get("/v1/models", "x-door: " + door.getLocalPort()));
            door.setSoTimeout(30_000);
            try (Socket inTheFilter = door.accept()) {
                piece.run();
                reset.countDown();
                isReset.await();
                assertThat(inTheFilter.isConnected()).isTrue();
            }
        }
    }

    @Test
    void rejectedUploadIsReadToItsEnd() {
        try (UpstreamScript silent = UpstreamScript.of(UpstreamScript.Connection::drain);
                GatewayRig rig = GatewayRig.before(silent);
                RawClient client = rig.connect()) {
            client.send("POST /v1/blobs/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n");
            assertThat(client.answer().status()).isEqualTo(400);
            client.send("x".repeat(1000));
            assertThat(client.endsOrderly()).isTrue();
        }
    }

    @ParameterizedTest
    @DisplayName("engine B2: the client connection survives an upload whose upstream fails")
    @ValueSource(strings = {"io-uring", "epoll", "nio"})
    void http1(String transport) throws Exception {
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = start(upstream, transport);
                RawClient client = rig.connect()) {
            client.send(Requests.head("POST", "/v1/blobs/1", "Content-Length: " + LENGTH) + "\r\n");
            resetBehind(rig, upstream, () -> client.send(new byte[FIRST]));
            RawClient.Response broken = client.answer();
            assertThat(broken.status()).isEqualTo(502);
            assertThat(broken.has("connection"))
                    .as("the response announces the close")
                    .isFalse();
            rig.ask(Requests.get("/nowhere")); // the event loop has continued
            client.send(new byte[LENGTH - FIRST]).send(Requests.get("/v1/models"));
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @DisplayName("engine B2: the HTTP/2 client connection survives an upload whose upstream fails")
    @ValueSource(strings = {"io-uring", "epoll", "nio"})
    void http2(String transport) throws Exception {
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = start(upstream, transport);
                Http2Client client = new Http2Client(rig.port())) {
            String[] fields = Http2Client.fields("POST", "/v1/blobs/1", "content-length", "" + LENGTH);
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(fields));
            resetBehind(rig, upstream, () -> client.frame(Http2Client.DATA, 0, 1, new byte[10_000]));
            assertThat(client.answer(1).status()).isEqualTo(502);
            for (int left = LENGTH - 10_000; left > 0; left -= 10_000) {
                client.frame(Http2Client.DATA, 0, 1, new byte[10_000]);
            }
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 3, Http2Client.section(fields));
            for (int left = LENGTH; left > 0; left -= 10_000) {
                client.frame(Http2Client.DATA, left == 10_000 ? Http2Client.END_STREAM : 0, 3, new byte[10_000]);
            }
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @DisplayName("engine B2: the client connection survives a prompt whose upstream fails")
    @ValueSource(strings = {"io-uring", "epoll", "nio"})
    void prompt(String transport) throws Exception {
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = start(upstream, transport);
                RawClient client = rig.connect()) {
            String body = "{\"model\":\"m-1\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\""
                    + "hi ".repeat(2_000_000) + "\"}]}";
            client.send(Requests.post("/v1/messages", body));
            upstream.connection(0);
            reset.countDown();
            assertThat(client.answer().status()).isEqualTo(502);
            assertThat(client.send(Requests.get("/v1/models")).answer().status())
                    .isEqualTo(200);
        }
    }
}
