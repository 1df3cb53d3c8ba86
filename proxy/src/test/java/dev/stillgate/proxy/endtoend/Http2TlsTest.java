package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests HTTP/2 over TLS, which is used only when negotiated by ALPN (RFC 9113 section 3.2). */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2TlsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void certificate() throws Exception {
        for (String file : List.of("one.crt", "one.key")) {
            try (InputStream in = Http2TlsTest.class.getResourceAsStream("/tls/" + file)) {
                Files.copy(in, directory.resolve(file));
            }
        }
    }

    private GatewayRig rig(UpstreamScript upstream, String more) {
        return GatewayRig.with()
                .to(upstream)
                .tls("{certificates: [{chain: %1$s/one.crt, key: %1$s/one.key}]}".formatted(directory) + more)
                .start();
    }

    /** Accepts every certificate, which is not tested here. */
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

    private static SSLSocket connect(int port, String version, String... protocols) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    @Test
    void http2IsUsedWhenNegotiated() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            try (UpstreamScript upstream = UpstreamScript.answering();
                    GatewayRig rig = rig(upstream, "");
                    SSLSocket socket = connect(rig.port(), version, "h2", "http/1.1");
                    Http2Client client = new Http2Client(socket)) {
                assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
                client.send(Http2Client.PREFACE).frame(Http2Client.SETTINGS, 0, 0);
                Http2Client.Response got =
                        client.post(1, "/v1/messages", Requests.MESSAGES_BODY).answer(1);
                assertThat(got.text()).isEqualTo(UpstreamScript.JSON_BODY);
                assertThat(rig.finish().getFirst()).contains("\"protocol\":\"2\"");
            }
        }
    }

    @Test
    void http2IsNotUsedUnlessOffered() throws Exception {
        for (String[] asked : List.of(new String[] {"http/1.1"}, new String[0])) {
            try (UpstreamScript upstream = UpstreamScript.answering();
                    GatewayRig rig = rig(upstream, "");
                    SSLSocket socket = connect(rig.port(), "TLSv1.3", asked)) {
                assertThat(socket.getApplicationProtocol()).isNotEqualTo("h2");
                socket.getOutputStream()
                        .write(Requests.messages("connection: close").getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 200")
                        .endsWith(UpstreamScript.JSON_BODY);
            }
        }
    }

    @Test
    void http2IsNotUsedWithoutAlpn() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, "");
                SSLSocket socket = connect(rig.port(), "TLSv1.3", "http/1.1")) {
            socket.getOutputStream().write(Http2Client.PREFACE);
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400");
            assertThat(upstream.requests()).isEmpty();
        }
    }

    @Test
    void http2IsNotNegotiatedWhenDisabled() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = rig(upstream, ", http2: false");
                SSLSocket socket = connect(rig.port(), "TLSv1.3", "h2", "http/1.1")) {
            assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
        }
    }

    @Test
    void truncatedResponseResetsItsStreamOnly() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    c.request();
                    c.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").close();
                });
                GatewayRig rig = rig(upstream, "");
                SSLSocket socket = connect(rig.port(), "TLSv1.3", "h2");
                Http2Client client = new Http2Client(socket)) {
            client.send(Http2Client.PREFACE).frame(Http2Client.SETTINGS, 0, 0);
            assertThat(client.get(1, "/v1/models").answer(1).reset()).isEqualTo(2);
            assertThat(client.get(3, "/v1/models").answer(3).reset()).isEqualTo(2);
        }
    }
}
