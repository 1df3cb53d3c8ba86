package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.SlicingRelay;
import dev.stillgate.proxy.rig.UpstreamScript;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests a gateway that terminates TLS. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class TlsEndToEndTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void certificates() throws Exception {
        for (String file : List.of("one.crt", "one.key", "two.crt", "two.key")) {
            copy(file, file);
        }
    }

    private void copy(String resource, String file) throws IOException {
        Path next = directory.resolve(file + ".next");
        try (InputStream in = TlsEndToEndTest.class.getResourceAsStream("/tls/" + resource)) {
            Files.copy(in, next, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(next, directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }

    private RigBuilder rig(UpstreamScript upstream) {
        return GatewayRig.with()
                .to(upstream)
                .tls(
                        "{certificates: [{chain: %1$s/one.crt, key: %1$s/one.key}, {chain: %1$s/two.crt, key: %1$s/two.key}]}"
                                .formatted(directory));
    }

    /** Accepts every certificate; the tests check them separately. */
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

    private static SSLSocket connect(int port, String name, String... versions) throws Exception {
        return connect(port, name, new String[0], versions);
    }

    private static SSLSocket connect(int port, String name, String[] applications, String... versions)
            throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
        socket.setSoTimeout(30_000);
        SSLParameters parameters = socket.getSSLParameters();
        if (!name.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        if (versions.length > 0) {
            parameters.setProtocols(versions);
        }
        parameters.setApplicationProtocols(applications);
        socket.setSSLParameters(parameters);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.startHandshake();
        return socket;
    }

    private static String shown(int port, String name) {
        try (SSLSocket socket = connect(port, name)) {
            X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return leaf.getSubjectX500Principal().getName();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String ask(SSLSocket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void responsePassesThroughEachTlsVersion() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream).start()) {
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                try (SSLSocket socket = connect(rig.port(), "localhost", version)) {
                    String answer = ask(socket, Requests.messages("connection: close"));
                    assertThat(answer).startsWith("HTTP/1.1 200").endsWith(UpstreamScript.JSON_BODY);
                    assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                }
            }
        }
    }

    @Test
    void certificateIsSelectedByServerName() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream).start()) {
            assertThat(shown(rig.port(), "gateway.example")).isEqualTo("CN=one");
            assertThat(shown(rig.port(), "A.tenant.example")).isEqualTo("CN=two");
            assertThat(shown(rig.port(), "a.b.tenant.example")).isEqualTo("CN=one");
            assertThat(shown(rig.port(), "localhost2.example")).isEqualTo("CN=two");
            assertThat(shown(rig.port(), "")).isEqualTo("CN=one");
        }
    }

    @Test
    void validCertificatesAreReloadedAndInvalidOnesIgnored() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream).start();
                SSLSocket before = connect(rig.port(), "localhost")) {
            copy("two.crt", "one.crt");
            copy("two.key", "one.key");
            GatewayRig.eventually(
                    "the new certificate is shown", () -> shown(rig.port(), "").equals("CN=two"));
            Files.writeString(directory.resolve("one.crt"), "-----BEGIN CERTIFICATE-----\nhalf of i");
            GatewayRig.eventually("it is told", () -> rig.metric("stillgate_tls_synchronized") == 0);
            assertThat(shown(rig.port(), "")).isEqualTo("CN=two");
            assertThat(ask(before, Requests.messages("connection: close"))).startsWith("HTTP/1.1 200");
            copy("one.crt", "one.crt");
            copy("one.key", "one.key");
            GatewayRig.eventually(
                    "it is mended",
                    () -> rig.metric("stillgate_tls_synchronized") == 1
                            && shown(rig.port(), "").equals("CN=one"));
        }
    }

    @Test
    @DisplayName("plugins 9: a hanging disk of a filter delays no certificate, no load shedding, no prompt task")
    void hangingDiskOfAFilterDelaysNothingElse() throws Exception {
        Path plugins = TestPlugins.in(directory, "hanging", """
                java.util.concurrent.CountDownLatch disk = new java.util.concurrent.CountDownLatch(1);
                java.util.concurrent.atomic.AtomicLong stuck = new java.util.concurrent.atomic.AtomicLong();
                java.util.concurrent.atomic.AtomicLong rounds = new java.util.concurrent.atomic.AtomicLong();
                context.background().every(java.time.Duration.ofMillis(10), () -> {
                    stuck.incrementAndGet();
                    try { disk.await(); } catch (InterruptedException e) { throw new IllegalStateException(e); }
                });
                context.background().everyNonBlocking(java.time.Duration.ofMillis(10), rounds::incrementAndGet);
                context.gauge("hanging.stuck", stuck::get);
                context.gauge("hanging.rounds", rounds::get);
                context.adminView("mend", id -> { disk.countDown(); return "mended"; });
                return (RequestFilter) exchange -> Verdict.ALLOW;""");
        List<InputStream> files = new ArrayList<>();
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream)
                        .plugins(plugins)
                        .filters("[{name: hanging, type: hanging, config: {}}]")
                        .start()) {
            GatewayRig.eventually("the disk hangs", () -> rig.metric("hanging_stuck") == 1);
            double rounds = rig.metric("hanging_rounds");
            double descriptors = rig.metric("stillgate_used_descriptors");
            for (int i = 0; i < 200; i++) {
                files.add(Files.newInputStream(directory.resolve("one.crt")));
            }
            copy("two.crt", "one.crt");
            copy("two.key", "one.key");
            GatewayRig.eventually(
                    "the new certificate is shown", () -> shown(rig.port(), "").equals("CN=two"));
            GatewayRig.eventually(
                    "the load is looked at", () -> rig.metric("stillgate_used_descriptors") > descriptors);
            GatewayRig.eventually("prompt tasks run", () -> rig.metric("hanging_rounds") > rounds + 10);
            assertThat(rig.metric("hanging_stuck")).isEqualTo(1);
            URI mend = URI.create("http://127.0.0.1:" + rig.adminPort() + "/mend/disk");
            try (InputStream page = mend.toURL().openStream()) {
                assertThat(page.readAllBytes()).isNotEmpty();
            }
        } finally {
            for (InputStream file : files) {
                file.close();
            }
        }
    }

    @Test
    void nonTlsBytesCloseTheConnectionSilently() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream).start();
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), rig.port())) {
            plain.setSoTimeout(30_000);
            plain.getOutputStream().write(Requests.messages().getBytes(StandardCharsets.US_ASCII));
            assertThat(readOrReset(plain)).isEmpty();
            assertThat(upstream.requests()).isEmpty();
        }
    }

    private static byte[] readOrReset(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException reset) {
            return new byte[0];
        }
    }

    @Test
    void missingClientHelloTimesOut() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream).limits("{headTimeout: 200ms}").start();
                Socket slow = new Socket(InetAddress.getLoopbackAddress(), rig.port())) {
            slow.setSoTimeout(30_000);
            slow.getOutputStream().write(new byte[] {0x16, 3, 1, 0, (byte) 0xff, 1, 0});
            assertThat(readOrReset(slow)).isEmpty();
        }
    }

    @Test
    void oldVersionsAreRejected() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .tls("{minimum: tls-1-3, certificates: [{chain: %1$s/one.crt, key: %1$s/one.key}]}"
                                .formatted(directory))
                        .start()) {
            assertThatThrownBy(() -> connect(rig.port(), "localhost", "TLSv1.2"))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    /** Fingerprint and response do not depend on how records and segments split the ClientHello. */
    @Test
    void ja4IsAFactOfTheConnection() throws Exception {
        String[] many = new String[41];
        Arrays.setAll(many, i -> i == 0 ? "http/1.1" : "x".repeat(246) + "-%03d".formatted(i));
        Path log = directory.resolve("record.jsonl");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream)
                        .record("{path: " + log + ", text: hashed}")
                        .start();
                SlicingRelay inRecords = new SlicingRelay(rig.port(), 100, 100);
                SlicingRelay inBytes = new SlicingRelay(rig.port(), 1 << 14, 1);
                SlicingRelay inBoth = new SlicingRelay(rig.port(), 3, 5)) {
            int[] ports = {rig.port(), inRecords.port(), inBytes.port(), inBoth.port()};
            for (String[] applications : List.of(new String[0], many)) {
                for (int port : ports) {
                    try (SSLSocket socket = connect(port, "localhost", applications, "TLSv1.3")) {
                        assertThat(ask(socket, Requests.messages("connection: close")))
                                .startsWith("HTTP/1.1 200");
                    }
                }
            }
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == 2 * ports.length);
            assertThat(inBytes.greetings()).allMatch(bytes -> bytes > 200).anyMatch(bytes -> bytes > 10_000);
        }
        List<String> fingerprints = Files.readAllLines(log).stream()
                .map(line -> line.replaceAll(".*\"ja4\":\"([^\"]*)\".*", "$1"))
                .toList();
        assertThat(fingerprints).hasSize(8);
        assertThat(fingerprints.subList(0, 4))
                .containsOnly(fingerprints.getFirst())
                .allMatch(ja4 -> ja4.matches("t13d\\d{4}00_[0-9a-f]{12}_[0-9a-f]{12}"));
        assertThat(fingerprints.subList(4, 8))
                .containsOnly(fingerprints.getLast())
                .allMatch(ja4 -> ja4.matches("t13d\\d{4}h1_[0-9a-f]{12}_[0-9a-f]{12}"));
    }

    @Test
    void truncatedStreamSendsNoCloseNotify() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.of(connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"id\":");
                    connection.reset();
                });
                GatewayRig rig = rig(upstream).start();
                SSLSocket socket = connect(rig.port(), "localhost")) {
            socket.getOutputStream()
                    .write(Requests.messages().replace("HTTP/1.1", "HTTP/1.0").getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    /** Makes some refused connections, and lets the leak detector find what they leaked. */
    private static void refused(int port, int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> connect(port, "localhost").close()).isInstanceOf(IOException.class);
        }
        System.gc();
    }

    @Test
    @DisplayName("engine A4: a TLS connection refused by a filter leaks no native TLS engine")
    void refusedConnectionReleasesItsTlsEngine() throws Exception {
        ListAppender<ILoggingEvent> leaks = new ListAppender<>();
        leaks.start();
        Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        logger.addAppender(leaks);
        String refusing = "return (ConnectionFilter) peer -> false;";
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream)
                        .plugins(TestPlugins.in(directory, "refusing", refusing))
                        .filters("[{name: r, type: refusing}]")
                        .start()) {
            for (int round = 0; round < 10 && leaks.list.isEmpty(); round++) { // the next engine reports leaked ones
                refused(rig.port(), 5);
            }
            assertThat(leaks.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .isEmpty();
            assertThat(rig.metric("stillgate_connections_active")).isZero();
        } finally {
            logger.detachAppender(leaks);
        }
    }
}
