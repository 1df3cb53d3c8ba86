package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests responses whose end is still pending in the gateway, because the client reads slowly, when the connection is
 * due to close. Each client requests enough to fill the kernel's buffers and leave some KiB pending.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
@Execution(ExecutionMode.CONCURRENT)
class UnsentResponseTest {
    private static final String GET = "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final int PIECE = 16 * 1024;
    private static final String ANSWER = UpstreamScript.json("x".repeat(PIECE));
    private static final int RECEIVE_BUFFER = 4096;
    private static final int INITIAL_WINDOW = 4;

    private final AtomicInteger answered = new AtomicInteger();

    @TempDir
    private Path directory;

    /** Accepts every certificate, which does not matter here. */
    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static Socket socket(GatewayRig rig) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), rig.port()));
        return socket;
    }

    private static RawClient connect(GatewayRig rig, boolean tls) throws Exception {
        if (!tls) {
            return new RawClient(socket(rig));
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        return new RawClient(context.getSocketFactory().createSocket(socket(rig), "localhost", rig.port(), true));
    }

    /** An upstream that responds with 16 KiB, or with the number of bytes in the query. */
    private UpstreamScript upstream() {
        return UpstreamScript.of(c -> {
            for (UpstreamScript.Request request = c.request(); request != null; request = c.request()) {
                String line = request.line();
                int query = line.indexOf('?');
                c.send(
                        query < 0
                                ? ANSWER
                                : UpstreamScript.json("x"
                                        .repeat(Integer.parseInt(line.substring(query + 1, line.lastIndexOf(' '))))));
                answered.incrementAndGet();
            }
        });
    }

    private RigBuilder rig(UpstreamScript upstream) {
        return GatewayRig.with().to(upstream).limits("{keepAlive: 2s}");
    }

    /** Returns how many responses have been sent, as soon as this number stops rising. */
    private int settled() throws InterruptedException {
        int before = -1;
        while (answered.get() != before) {
            before = answered.get();
            Thread.sleep(100);
        }
        return before;
    }

    /** Returns how many unread responses of 16 KiB a connection accepts. */
    private int capacity(GatewayRig rig, boolean tls) throws Exception {
        int before = settled();
        try (RawClient client = connect(rig, tls)) {
            client.send(GET.repeat(1000));
            GatewayRig.eventually("the first is answered", () -> answered.get() > before);
            return settled() - before;
        }
    }

    /** A client that has read nothing, and whose requests are all answered. */
    private record Unread(RawClient client, int count) {}

    /** Connects a client that sends this many requests, or fewer if the kernel's buffers hold less than before. */
    private Unread unread(GatewayRig rig, boolean tls, int most) throws Exception {
        for (int count = most; count > most - 20; count--) {
            int before = settled();
            RawClient client = connect(rig, tls).send(GET.repeat(count));
            GatewayRig.eventually("the first is answered", () -> answered.get() > before);
            if (settled() - before == count) {
                return new Unread(client, count);
            }
            client.close();
        }
        throw new AssertionError("the buffers hold 20 responses fewer than before");
    }

    @ParameterizedTest
    @DisplayName("engine B1: the pending end of an HTTP/1.1 response arrives before the connection closes")
    @CsvSource({"io-uring,true", "io-uring,false", "epoll,true", "epoll,false", "nio,true", "nio,false"})
    void http1(String transport, boolean drain) throws Exception {
        assumeTrue(!transport.equals("io-uring") || IoUring.isAvailable(), "io_uring is not available here");
        assumeTrue(!transport.equals("epoll") || Epoll.isAvailable(), "epoll is not available here");
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = rig(upstream).transport(transport).start()) {
            endsArrive(rig, drain, false);
        }
    }

    @ParameterizedTest
    @DisplayName("engine B1: the pending end of a response over TLS arrives before the connection closes")
    @ValueSource(booleans = {false, true})
    void tls(boolean drain) throws Exception {
        for (String file : List.of("one.crt", "one.key")) {
            try (InputStream in = UnsentResponseTest.class.getResourceAsStream("/tls/" + file)) {
                Files.copy(in, directory.resolve(file));
            }
        }
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = rig(upstream)
                        .tls("{certificates: [{chain: %1$s/one.crt, key: %1$s/one.key}]}".formatted(directory))
                        .start()) {
            endsArrive(rig, drain, true);
        }
    }

    private void endsArrive(GatewayRig rig, boolean drain, boolean tls) throws Exception {
        int capacity = capacity(rig, tls);
        List<Unread> clients = new ArrayList<>();
        try {
            for (int less = 2; less <= 5; less++) {
                clients.add(unread(rig, tls, capacity - less));
            }
            try (RawClient idle = connect(rig, tls)) {
                idle.send(GET).answer();
                if (drain) {
                    rig.drain();
                } else {
                    rig.ticker().jump(Duration.ofSeconds(3));
                }
                assertThat(idle.rest()).as("an idle connection is closed").isEmpty();
            }
            if (tls) {
                Thread.sleep(3_300); // exceeds Netty's wait for pending writes at a TLS close
            }
            for (Unread unread : clients) {
                for (int j = 0; j < unread.count(); j++) {
                    assertThat(unread.client().answer().whole()).isTrue();
                }
            }
            rig.ticker().jump(Duration.ofSeconds(3));
            for (Unread unread : clients) {
                assertThat(unread.client().rest()).isEmpty();
            }
        } finally {
            clients.forEach(u -> u.client().close());
        }
    }

    private static Http2Client wide(GatewayRig rig, String path) throws IOException {
        Http2Client client = new Http2Client(socket(rig));
        client.send(Http2Client.PREFACE).setting(INITIAL_WINDOW, Integer.MAX_VALUE);
        client.number(Http2Client.WINDOW_UPDATE, 0, Integer.MAX_VALUE - 65_535);
        return client.get(1, path);
    }

    /** Returns the approximate minimum size of an unread response whose exchange does not end. */
    private static int leastUnfinished(GatewayRig rig) throws Exception {
        for (int size = 512 * 1024; ; size += 128 * 1024) {
            try (Http2Client client = wide(rig, "/v1/models?" + size)) {
                client.readUntil(Http2Client.HEADERS);
                long end = System.nanoTime() + 500_000_000L;
                while (rig.metric("stillgate_exchanges_active") > 0) {
                    if (System.nanoTime() - end > 0) {
                        return size;
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @DisplayName("engine B1: the pending end of an HTTP/2 response arrives before the connection closes")
    @ValueSource(booleans = {false, true})
    void http2(boolean drain) throws Exception {
        List<Http2Client> clients = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        try (UpstreamScript upstream = upstream();
                GatewayRig rig = rig(upstream).start()) {
            int least = leastUnfinished(rig);
            for (int less = 0;
                    less < 10;
                    less++) { // a few fit into the kernel's buffers, and a few are not written completely
                int size = least - less * 32 * 1024;
                sizes.add(size);
                clients.add(wide(rig, "/v1/models?" + size));
            }
            GatewayRig.eventually("most are answered", () -> rig.metric("stillgate_exchanges_active") <= 5);
            try (Http2Client idle = wide(rig, "/v1/models")) {
                idle.answer(1);
                if (drain) {
                    rig.drain();
                } else {
                    rig.ticker().jump(Duration.ofSeconds(3));
                }
                assertThat(idle.rest()).isNotEmpty();
                rig.ticker().jump(Duration.ofSeconds(3));
                GatewayRig.eventually("an idle connection is closed", () -> !idle.offer(new byte[9]));
            }
            if (!drain) {
                try (RawClient idle = rig.connect()) {
                    idle.send(GET).answer();
                    rig.ticker().jump(Duration.ofSeconds(3));
                    assertThat(idle.rest())
                            .as("keepAlive has expired for all, answerTimeout has not")
                            .isEmpty();
                }
            }
            for (int i = 0; i < clients.size(); i++) {
                Http2Client.Response answer = clients.get(i).answer(1);
                assertThat(answer.ended()).isTrue();
                assertThat(answer.content()).hasSize(sizes.get(i));
            }
        } finally {
            clients.forEach(Http2Client::close);
        }
    }
}
