package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.JumpTicker;
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
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests client certificates (RFC 8446 section 4.4.2, RFC 5280 section 6). */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class MutualTlsTest {
    private static final String SECRET = "0123456789abcdef-test"; // the rig's

    @TempDir
    private Path directory;

    @BeforeEach
    void files() throws IOException {
        copy("one.crt", "one.crt");
        copy("one.key", "one.key");
        copy("authority.crt", "authorities.pem");
    }

    private void copy(String resource, String file) throws IOException {
        Path next = directory.resolve(file + ".next");
        try (InputStream in = MutualTlsTest.class.getResourceAsStream("/tls/" + resource)) {
            Files.copy(in, next, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(next, directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }

    private RigBuilder rig(UpstreamScript upstream, boolean required) {
        return GatewayRig.with()
                .to(upstream)
                .accounts("{credential: [client-certificate, x-api-key], file: accounts.yaml}")
                .accountsFile("""
                        accounts:
                          - {id: harvester, keys: ["%s"]}
                          - {id: plain, keys: ["%s"]}
                          - {id: keyed, keys: ["%s"]}
                        """.formatted(
                                hash("certificate uri:spiffe://example.org/harvester"),
                                hash("certificate cn:plain caller"),
                                hash("sk-1")))
                .tls(
                        "{certificates: [{chain: %1$s/one.crt, key: %1$s/one.key}], clients: {authorities: %1$s/authorities.pem, required: %2$s}}"
                                .formatted(directory, required));
    }

    private static String hash(String credential) {
        byte[] bytes = credential.getBytes(StandardCharsets.UTF_8);
        return new Accounts(Map.of("h1", SECRET), new JumpTicker()).id(bytes, 0, bytes.length);
    }

    /** Accepts every certificate; the gateway's own is tested elsewhere. */
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

    /** Always sends this certificate, whatever issuers the gateway requests. */
    private static final class Showing extends javax.net.ssl.X509ExtendedKeyManager {
        private final javax.net.ssl.X509ExtendedKeyManager keys;
        private final String alias;

        private Showing(javax.net.ssl.X509ExtendedKeyManager keys, String alias) {
            this.keys = keys;
            this.alias = alias;
        }

        @Override
        public String chooseClientAlias(String[] types, java.security.Principal[] issuers, java.net.Socket socket) {
            return alias;
        }

        @Override
        public X509Certificate[] getCertificateChain(String asked) {
            return keys.getCertificateChain(asked);
        }

        @Override
        public java.security.PrivateKey getPrivateKey(String asked) {
            return keys.getPrivateKey(asked);
        }

        @Override
        public String[] getClientAliases(String type, java.security.Principal[] issuers) {
            return new String[] {alias};
        }

        @Override
        public String[] getServerAliases(String type, java.security.Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String type, java.security.Principal[] issuers, java.net.Socket socket) {
            return "";
        }
    }

    private static KeyManager[] keys(String name) throws Exception {
        if (name.isEmpty()) {
            return new KeyManager[0];
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = MutualTlsTest.class.getResourceAsStream("/tls/" + name + ".p12")) {
            store.load(in, "test".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, "test".toCharArray());
        String alias =
                ((javax.net.ssl.X509ExtendedKeyManager) factory.getKeyManagers()[0]).getClientAliases("EC", null)[0];
        return new KeyManager[] {new Showing((javax.net.ssl.X509ExtendedKeyManager) factory.getKeyManagers()[0], alias)
        };
    }

    private static SSLSocket connect(int port, String certificate, String version) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys(certificate), new TrustManager[] {new Trusting()}, new SecureRandom());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
        socket.setSoTimeout(30_000);
        socket.setEnabledProtocols(new String[] {version});
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    /** Sends one request on a new connection and returns the status line. */
    private static String ask(int port, String certificate, String version, String... fields) throws Exception {
        try (SSLSocket socket = connect(port, certificate, version)) {
            String[] all = java.util.Arrays.copyOf(fields, fields.length + 1);
            all[fields.length] = "connection: close";
            socket.getOutputStream().write(Requests.messages(all).getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (answer.isEmpty()) {
                throw new IOException("closed without an answer");
            }
            return answer.lines().findFirst().orElse("");
        }
    }

    private static String account(GatewayRig rig) {
        return rig.finish().getLast();
    }

    @ParameterizedTest
    @CsvSource({"named, harvester, TLSv1.3", "named, harvester, TLSv1.2", "plain, plain, TLSv1.3"})
    void certificateIdentityIsTheAccount(String certificate, String account, String version) throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, true).start()) {
            assertThat(ask(rig.port(), certificate, version, "x-api-key: sk-1")).startsWith("HTTP/1.1 200");
            assertThat(upstream.requests().getFirst().values("x-api-key"))
                    .as("a credential that was not used is not forwarded")
                    .isEmpty();
            assertThat(account(rig)).contains("\"account\":\"" + account + "\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', true, TLSv1.3", "'', true, TLSv1.2", "expired, true, TLSv1.3", "expired, true, TLSv1.2",
        "stranger, true, TLSv1.3", "stranger, true, TLSv1.2", "expired, false, TLSv1.3", "stranger, false, TLSv1.3"
    })
    void invalidCertificatesAreRejected(String certificate, boolean required, String version) throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, required).start()) {
            assertThatThrownBy(() -> ask(rig.port(), certificate, version)).isInstanceOf(IOException.class);
            GatewayRig.eventually(
                    "it is counted",
                    () -> rig.metric("stillgate_connections_refused_total", "reason=\"tls-handshake\"") == 1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    /** RFC 8446 section 6.2: the alert names the fault of the certificate, not an internal error. */
    @ParameterizedTest
    @CsvSource({
        "stranger, TLSv1.3, unknown_ca",
        "expired, TLSv1.3, certificate_expired",
        "'', TLSv1.3, certificate_required"
    })
    void alertSaysWhatIsWrong(String certificate, String version, String alert) throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, true).start();
                SSLSocket socket = connect(rig.port(), certificate, version)) {
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getInputStream().readAllBytes();
                    })
                    .isInstanceOf(javax.net.ssl.SSLException.class)
                    .hasMessageContaining(alert);
        }
    }

    @Test
    void optionalCertificateFallsBackToTheNextCredential() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, false).start()) {
            assertThat(ask(rig.port(), "", "TLSv1.3", "x-api-key: sk-1")).startsWith("HTTP/1.1 200");
            assertThat(upstream.requests().getFirst().values("x-api-key")).containsExactly("sk-1");
            assertThat(account(rig)).contains("\"account\":\"keyed\"");
        }
    }

    @Test
    void apiKeyIsNeverTakenForACertificate() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, false).start()) {
            assertThat(ask(rig.port(), "", "TLSv1.3", "x-api-key: certificate cn:plain caller"))
                    .startsWith("HTTP/1.1 401");
            assertThat(ask(rig.port(), "", "TLSv1.3", "x-api-key: uri:spiffe://example.org/harvester"))
                    .startsWith("HTTP/1.1 200");
            assertThat(account(rig)).contains("\"account\":\"h1:");
        }
    }

    @Test
    void authoritiesAreSwappedWhileTheGatewayRuns() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, true).start();
                SSLSocket before = connect(rig.port(), "plain", "TLSv1.3")) {
            before.startHandshake();
            before.getOutputStream().write(Requests.messages().getBytes(StandardCharsets.US_ASCII));
            assertThat(before.getInputStream().read()).isEqualTo('H');
            copy("stranger-authority.crt", "authorities.pem");
            GatewayRig.eventually("another authority is believed", () -> {
                try {
                    return ask(rig.port(), "stranger", "TLSv1.3").startsWith("HTTP/1.1 200");
                } catch (Exception notYet) {
                    return false;
                }
            });
            assertThatThrownBy(() -> ask(rig.port(), "plain", "TLSv1.3")).isInstanceOf(IOException.class);
            Files.writeString(directory.resolve("authorities.pem"), "nothing of the kind");
            GatewayRig.eventually("it is told", () -> rig.metric("stillgate_tls_synchronized") == 0);
            assertThat(ask(rig.port(), "stranger", "TLSv1.3")).startsWith("HTTP/1.1 200");
            before.getOutputStream()
                    .write(Requests.messages("connection: close").getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(before.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .as("an open connection keeps its authorities")
                    .contains("HTTP/1.1 200 OK", "connection: close");
            List<UpstreamScript.Request> seen = upstream.requests();
            assertThat(seen).hasSizeGreaterThanOrEqualTo(3);
        }
    }
}
