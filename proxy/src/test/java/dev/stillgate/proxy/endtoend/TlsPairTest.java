package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests mismatched certificates and private keys. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class TlsPairTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void files() throws IOException {
        copy("one.crt", "server.crt");
        copy("one.key", "server.key");
    }

    private void copy(String resource, String file) throws IOException {
        copy(resource, directory, file);
    }

    static void copy(String resource, Path directory, String file) throws IOException {
        Path next = directory.resolve(file + ".next");
        try (InputStream in = TlsPairTest.class.getResourceAsStream("/tls/" + resource)) {
            Files.copy(in, next, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(next, directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }

    private RigBuilder rig(UpstreamScript upstream, String more) {
        return rig(upstream, directory, more);
    }

    static RigBuilder rig(UpstreamScript upstream, Path directory, String more) {
        return GatewayRig.with()
                .to(upstream)
                .tls("{certificates: [{chain: %1$s/server.crt, key: %1$s/server.key}]%2$s}".formatted(directory, more));
    }

    /** Trust manager that accepts every certificate. */
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

    static SSLSocket connect(GatewayRig rig, String... versions) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
        socket.setSoTimeout(30_000);
        if (versions.length > 0) {
            socket.setEnabledProtocols(versions);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), rig.port()));
        socket.startHandshake();
        return socket;
    }

    /** Sends one request on a new connection and returns the subject of the gateway's certificate. */
    private static String shown(GatewayRig rig) {
        try (SSLSocket socket = connect(rig)) {
            socket.getOutputStream()
                    .write(Requests.messages("connection: close").getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200");
            X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return leaf.getSubjectX500Principal().getName();
        } catch (Exception e) {
            throw new AssertionError("the connection failed", e);
        }
    }

    private static boolean inSync(GatewayRig rig) {
        return rig.metric("stillgate_tls_synchronized") == 1;
    }

    static double failures(GatewayRig rig) {
        return rig.metric("stillgate_connections_refused_total", "reason=\"tls-handshake\"");
    }

    @Test
    @DisplayName("newcomer B1: a start with a key of another certificate is refused")
    void startWithKeyOfAnotherCertificate() throws Exception {
        copy("two.key", "server.key");
        try (UpstreamScript upstream = UpstreamScript.answering()) {
            assertThatThrownBy(() -> rig(upstream, "").start().close())
                    .hasMessageContaining("server.key does not belong to the certificate in")
                    .hasMessageContaining("server.crt");
        }
    }

    @Test
    @DisplayName("newcomer B1: a renewal whose chain and key are written seconds apart fails no connection")
    void renewalInTwoSteps() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "").start()) {
            assertThat(shown(rig)).isEqualTo("CN=one");
            copy("two.crt", "server.crt");
            GatewayRig.eventually("the mismatch is shown", () -> {
                assertThat(shown(rig)).isEqualTo("CN=one");
                return !inSync(rig);
            });
            assertThat(shown(rig)).isEqualTo("CN=one");
            copy("two.key", "server.key");
            GatewayRig.eventually("the renewal is complete", () -> {
                assertThat(shown(rig)).isIn("CN=one", "CN=two");
                return inSync(rig);
            });
            assertThat(shown(rig)).isEqualTo("CN=two");
            assertThat(failures(rig)).isZero();
        }
    }

    @Test
    @DisplayName("newcomer B1: a key replaced by that of another certificate leaves the last valid pair in use")
    void keyOfAnotherCertificate() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "").start()) {
            copy("two.key", "server.key");
            GatewayRig.eventually("the mismatch is shown", () -> !inSync(rig));
            assertThat(shown(rig)).isEqualTo("CN=one");
            copy("one.key", "server.key");
            GatewayRig.eventually("the pair is good again", () -> inSync(rig));
            assertThat(shown(rig)).isEqualTo("CN=one");
        }
    }

    @Test
    @DisplayName("newcomer B1: an RSA pair is served")
    void rsa() throws Exception {
        copy("forms/rsa.crt", "server.crt");
        copy("forms/rsa.key", "server.key");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "").start()) {
            assertThat(shown(rig)).isEqualTo("CN=rsa");
        }
    }

    @Test
    @DisplayName("newcomer B1: the time at which the certificate expires is a metric")
    void expiry() {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "").start()) {
            assertThat(rig.metric("stillgate_tls_certificate_expiry_seconds"))
                    .isEqualTo(Instant.parse("2126-11-01T10:28:58Z").getEpochSecond());
        }
    }
}
