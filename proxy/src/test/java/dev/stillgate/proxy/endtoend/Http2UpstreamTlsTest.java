package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2UpstreamScript;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests ALPN with upstreams (RFC 7301, RFC 9113 section 3.2). */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2UpstreamTlsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void authority() throws IOException {
        Files.copy(UpstreamTlsTest.resource("ca.crt"), directory.resolve("ca.crt"));
    }

    private GatewayRig rig(int port, String protocol) {
        return GatewayRig.with()
                .toUri("https://127.0.0.1:" + port)
                .upstreamKeys("protocol: " + protocol + ", tls: {authorities: " + directory.resolve("ca.crt") + "}")
                .start();
    }

    private static SSLSocket secured(Socket plain, SSLContext context, String... protocols) throws IOException {
        SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        secure.setUseClientMode(false);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    private static Http2UpstreamScript speakingHttp2() throws Exception {
        SSLContext context = UpstreamTlsTest.showing("upstream");
        return Http2UpstreamScript.wrapped(
                socket -> secured(socket, context, "h2", "http/1.1"),
                c -> c.greet().serveAll());
    }

    private static UpstreamScript speakingHttp1() throws Exception {
        SSLContext context = UpstreamTlsTest.showing("upstream");
        return UpstreamScript.of(c -> {
            c.secure(context, false);
            while (c.request() != null) {
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http2", "auto"})
    void http2IsUsedWhenNegotiated(String protocol) throws Exception {
        try (Http2UpstreamScript upstream = speakingHttp2();
                GatewayRig rig = rig(upstream.port(), protocol)) {
            for (int i = 0; i < 3; i++) {
                assertThat(rig.ask(Requests.messages()).text()).isEqualTo(UpstreamScript.JSON_BODY);
            }
            assertThat(upstream.connections()).hasSize(1);
            assertThat(upstream.heads()).hasSize(3).allMatch(head -> head.contains(":scheme: https"));
        }
    }

    @Test
    void http11IsUsedOtherwise() throws Exception {
        try (UpstreamScript upstream = speakingHttp1();
                GatewayRig rig = rig(upstream.port(), "auto")) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(rig.connect().send(Requests.messages()));
            }
            for (RawClient client : clients) {
                for (int i = 0; i < 2; i++) {
                    assertThat(client.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
                    client.send(Requests.messages());
                }
                assertThat(client.answer().text()).isEqualTo(UpstreamScript.JSON_BODY);
                client.close();
            }
            assertThat(upstream.connections()).hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void upstreamRequiredToUseHttp2IsNotUsedWithoutIt() throws Exception {
        try (UpstreamScript upstream = speakingHttp1();
                GatewayRig rig = rig(upstream.port(), "http2")) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            assertThat(rig.reason("upstream-not-http2") + rig.reason("upstream-tls"))
                    .isEqualTo(1);
            assertThat(upstream.connections()).allMatch(c -> !c.received().contains("messages"));
        }
    }

    @Test
    void alpnIsNotOfferedUnlessConfigured() throws Exception {
        try (Http2UpstreamScript upstream = speakingHttp2();
                GatewayRig rig = rig(upstream.port(), "http1")) {
            assertThat(rig.ask(Requests.messages()).status())
                    .as("the script sends an HTTP/2 preface anyway")
                    .isEqualTo(502);
            assertThat(upstream.heads()).isEmpty();
        }
    }

    @Test
    void certificateOfAnotherHostIsRejectedForHttp2Too() throws Exception {
        SSLContext context = UpstreamTlsTest.showing("elsewhere");
        Http2UpstreamScript upstream = Http2UpstreamScript.wrapped(
                socket -> secured(socket, context, "h2"), c -> c.greet().serveAll());
        try (upstream;
                GatewayRig rig = rig(upstream.port(), "http2")) {
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(502);
            assertThat(rig.reason("upstream-tls")).isEqualTo(1);
        }
    }
}
