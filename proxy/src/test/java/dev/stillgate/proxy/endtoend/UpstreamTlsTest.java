package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests TLS to upstreams, including invalid certificates. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class UpstreamTlsTest {
    private static final char[] NO_PASSWORD = new char[0];

    @TempDir
    private Path directory;

    private final List<String> namesAskedFor = new CopyOnWriteArrayList<>();

    @BeforeEach
    void files() throws IOException {
        for (String file : List.of("ca.crt", "gateway.crt", "gateway.key")) {
            try (InputStream in = resource(file)) {
                Files.copy(in, directory.resolve(file));
            }
        }
    }

    static InputStream resource(String file) {
        return UpstreamTlsTest.class.getResourceAsStream("/tls/upstream/" + file);
    }

    private static Certificate certificate(String name) throws Exception {
        try (InputStream in = resource(name + ".crt")) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static SSLContext showing(String name) throws Exception {
        String pem;
        try (InputStream in = resource(name + ".key")) {
            pem = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
        byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "own",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
                NO_PASSWORD,
                new Certificate[] {certificate(name)});
        store.setCertificateEntry("authority", certificate("ca"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
        return context;
    }

    private UpstreamScript upstream(String name, boolean mutual, UpstreamScript.Script script) throws Exception {
        SSLContext context = showing(name);
        return UpstreamScript.of(c -> {
            SSLSocket socket = c.secure(context, mutual);
            ((ExtendedSSLSession) socket.getSession())
                    .getRequestedServerNames()
                    .forEach(asked -> namesAskedFor.add(((SNIHostName) asked).getAsciiName()));
            script.serve(c);
        });
    }

    private UpstreamScript upstream(String name) throws Exception {
        return upstream(name, false, c -> {
            while (c.request() != null) {
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
    }

    private GatewayRig rig(UpstreamScript upstream, String more) {
        return GatewayRig.with()
                .toUri("https://127.0.0.1:" + upstream.port())
                .upstreamKeys("tls: {authorities: " + directory.resolve("ca.crt") + more + "}")
                .start();
    }

    private static void refused(GatewayRig rig) {
        RawClient.Response got = rig.ask(Requests.messages());
        assertThat(got.status()).isEqualTo(502);
        assertThat(got.head() + got.text()).doesNotContain("127.0.0.1", "ertificate", "TLS");
        assertThat(rig.reason("upstream-tls")).isEqualTo(1);
    }

    @Test
    void certificateOfTheAuthorityForTheHostIsAccepted() throws Exception {
        try (UpstreamScript upstream = upstream("upstream");
                GatewayRig rig = rig(upstream, "");
                RawClient client = rig.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(Requests.messages()).answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(upstream.connections()).as("one connection for all").hasSize(1);
            assertThat(upstream.requests().getFirst().values("host")).containsExactly("127.0.0.1:" + upstream.port());
        }
    }

    @Test
    void retriedGetStartsAtItsFirstByte() throws Exception {
        UpstreamScript closing = upstream("upstream", false, c -> {
            c.request();
            c.send(UpstreamScript.JSON_ANSWER);
            c.request();
            c.close();
        });
        try (closing;
                GatewayRig rig = rig(closing, "");
                RawClient client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(Requests.get("/v1/models")).answer().text())
                        .isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(closing.connections()).hasSize(2);
        }
    }

    @Test
    void serverNameIsVerified() throws Exception {
        try (UpstreamScript upstream = upstream("upstream");
                GatewayRig rig = rig(upstream, ", serverName: model.test")) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(namesAskedFor).containsExactly("model.test");
        }
        try (UpstreamScript upstream = upstream("upstream");
                GatewayRig rig = rig(upstream, ", serverName: other.test")) {
            refused(rig);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere", "expired"})
    void certificateForAnotherHostOrExpiredIsRejected(String name) throws Exception {
        try (UpstreamScript upstream = upstream(name);
                GatewayRig rig = rig(upstream, "")) {
            refused(rig);
            assertThat(upstream.connection(0).received())
                    .as("nothing of the request was sent")
                    .isEmpty();
        }
    }

    @Test
    void unknownAuthorityIsRejected() throws Exception {
        try (UpstreamScript upstream = upstream("upstream");
                GatewayRig rig = GatewayRig.with()
                        .toUri("https://127.0.0.1:" + upstream.port())
                        .start()) {
            refused(rig);
        }
    }

    @Test
    void upstreamWithoutTlsIsRejected() {
        UpstreamScript plain = UpstreamScript.of(c -> c.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
        try (plain;
                GatewayRig rig = rig(plain, "")) {
            refused(rig);
        }
    }

    @Test
    void silentUpstreamTimesOut() {
        UpstreamScript silent = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (silent;
                GatewayRig rig = GatewayRig.with()
                        .toUri("https://127.0.0.1:" + silent.port())
                        .timeouts("{connect: 200ms}")
                        .start()) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(504);
            assertThat(rig.reason("connect-timeout")).isEqualTo(1);
        }
    }

    @Test
    void disconnectedClientEndsTheHandshake() throws Exception {
        UpstreamScript silent = UpstreamScript.of(UpstreamScript.Connection::drain);
        try (silent;
                GatewayRig rig = rig(silent, "");
                RawClient client = rig.connect()) {
            client.send(Requests.messages());
            silent.connection(0);
            client.reset();
            silent.connection(0).closedAt();
            assertThat(rig.finish().getFirst()).contains("\"gone-connecting\"");
        }
    }

    @Test
    void gatewaySendsItsCertificateWhenRequested() throws Exception {
        UpstreamScript.Script answering = c -> {
            while (c.request() != null) {
                c.send(UpstreamScript.JSON_ANSWER);
            }
        };
        String own = ", certificate: %1$s/gateway.crt, key: %1$s/gateway.key".formatted(directory);
        try (UpstreamScript upstream = upstream("upstream", true, answering);
                GatewayRig rig = rig(upstream, own)) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        }
        try (UpstreamScript upstream = upstream("upstream", true, answering);
                GatewayRig rig = rig(upstream, "")) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
        }
    }

    /** Without close_notify, a response that ends with its connection may have been truncated by anyone. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void responseUntilCloseNeedsCloseNotify(boolean said) throws Exception {
        UpstreamScript upstream = upstream("upstream", false, c -> {
            c.request();
            c.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}");
            if (said) {
                c.close();
            } else {
                c.cut();
            }
        });
        try (upstream;
                GatewayRig rig = rig(upstream, "")) {
            RawClient.Response got = rig.ask(Requests.messages());
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.whole()).isEqualTo(said);
        }
    }

    @Test
    void changedFilesApplyWithTheNextPolicy() throws Exception {
        try (UpstreamScript upstream = upstream("upstream");
                GatewayRig rig = rig(upstream, "")) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            rig.reload();
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            assertThat(upstream.connections())
                    .as("connections outlive a policy reload")
                    .hasSize(1);
            Files.copy(
                    directory.resolve("gateway.crt"), directory.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
            rig.reload();
            refused(rig);
        }
    }

    @Test
    void unusableFilesAreReportedWithThePolicy() throws Exception {
        try (UpstreamScript upstream = upstream("upstream");
                GatewayRig rig = rig(upstream, "")) {
            Files.writeString(directory.resolve("ca.crt"), "none");
            assertThatThrownBy(rig::reload).hasMessageContaining("ca.crt");
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("engine B5: an early refusal over TLS reaches the client, whatever the upstream left unread")
    void earlyRefusalReachesTheClient() throws Exception {
        UpstreamScript.Script refuse = c -> {
            EarlyResponseTest.head(c);
            c.send("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno");
            c.cut();
        };
        byte[] body = new byte[1_000_000];
        try (UpstreamScript upstream = upstream("upstream", false, refuse);
                GatewayRig rig = rig(upstream, "")) {
            for (int i = 0; i < 12; i++) {
                try (RawClient caller = rig.connect()) {
                    RawClient.Response got = EarlyResponseTest.ask(caller, Requests.post("/v1/blobs/1", body));
                    assertThat(got.status()).isEqualTo(401);
                    assertThat(got.text()).isEqualTo("no");
                }
            }
        }
    }
}
