package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests a listener behind a load balancer that speaks the PROXY protocol (HAProxy's {@code proxy-protocol.txt}). */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class ProxyProtocolTest {
    private static final String LOOPBACK = "{from: [127.0.0.0/8, '::1']}";
    private static final String TEXT = "PROXY TCP4 192.0.2.7 127.0.0.1 40000 443\r\n";
    private static final byte[] BINARY =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "2111000c" + "c6336407" + "7f000001" + "9c4001bb");
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20000000");

    @TempDir
    private Path directory;

    private static byte[] join(byte[] header, String request) {
        byte[] tail = request.getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = java.util.Arrays.copyOf(header, header.length + tail.length);
        System.arraycopy(tail, 0, all, header.length, tail.length);
        return all;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String lastForwardedFor(UpstreamScript upstream) throws Exception {
        return upstream.requests().getLast().values("x-forwarded-for").getFirst();
    }

    @Test
    void headerAddressAppliesToFiltersLogAndUpstream() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).proxyProtocol(LOOPBACK).start()) {
            try (RawClient client = rig.connect()) {
                assertThat(client.send(TEXT).send(Requests.messages()).answer().status())
                        .isEqualTo(200);
                assertThat(client.send(Requests.messages()).answer().status())
                        .as("the next request of the connection has no header of its own")
                        .isEqualTo(200);
            }
            assertThat(lastForwardedFor(upstream)).isEqualTo("192.0.2.7");
            try (RawClient client = rig.connect()) {
                assertThat(client.send(join(BINARY, Requests.messages()))
                                .answer()
                                .status())
                        .isEqualTo(200);
            }
            assertThat(lastForwardedFor(upstream)).isEqualTo("198.51.100.7");
            assertThat(rig.finish().getFirst()).contains("\"downstream_remote_address\":\"192.0.2.7\"");
        }
    }

    @Test
    void headerIsReadHoweverItIsCut() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).proxyProtocol(LOOPBACK).start()) {
            for (byte[] header : List.of(ascii(TEXT), BINARY)) {
                try (RawClient client = rig.connect()) {
                    client.sendPieces(join(header, Requests.messages()), 1, new Random(1));
                    assertThat(client.answer().status()).isEqualTo(200);
                }
            }
            assertThat(upstream.requests()).hasSize(2);
            assertThat(lastForwardedFor(upstream)).isEqualTo("198.51.100.7");
        }
    }

    @Test
    void healthCheckOfTheBalancerHasItsAddress() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).proxyProtocol(LOOPBACK).start()) {
            for (byte[] header : List.of(LOCAL, ascii("PROXY UNKNOWN\r\n"))) {
                try (RawClient client = rig.connect()) {
                    assertThat(client.send(join(header, Requests.messages()))
                                    .answer()
                                    .status())
                            .isEqualTo(200);
                }
                assertThat(lastForwardedFor(upstream)).isEqualTo("127.0.0.1");
            }
        }
    }

    @Test
    void trustedHopsStartAtTheHeaderAddress() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .proxyProtocol(LOOPBACK)
                        .trustedHops(1)
                        .start()) {
            try (RawClient client = rig.connect()) {
                client.send(TEXT)
                        .send(Requests.messages("x-forwarded-for: 203.0.113.66, 203.0.113.9"))
                        .answer();
            }
            assertThat(lastForwardedFor(upstream)).isEqualTo("203.0.113.66, 203.0.113.9, 192.0.2.7");
            assertThat(rig.finish().getFirst()).contains("\"downstream_remote_address\":\"203.0.113.9\"");
        }
    }

    @Test
    void spoofedHeaderOfAnUntrustedSenderIsClosed() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .proxyProtocol("{from: [10.0.0.0/8]}")
                        .start()) {
            try (RawClient client = rig.connect()) {
                assertThat(client.rest()).isEmpty();
            }
            assertThat(refused(rig, "proxy-untrusted")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void requestSmuggledInPlaceOfTheHeaderIsNeverForwarded() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig =
                        GatewayRig.with().to(upstream).proxyProtocol(LOOPBACK).start()) {
            try (RawClient client = rig.connect()) {
                assertThat(client.send(Requests.messages()).rest()).isEmpty();
            }
            try (RawClient client = rig.connect()) {
                assertThat(client.send("PROXY TCP4 192.0.2.7 127.0.0.1 40000 443\n" + Requests.messages())
                                .rest())
                        .isEmpty();
            }
            assertThat(refused(rig, "proxy-signature")).isEqualTo(1);
            assertThat(refused(rig, "proxy-line")).isEqualTo(1);
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void unexpectedHeaderIsABadRequest() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            try (RawClient client = rig.connect()) {
                assertThat(client.send(TEXT + Requests.messages()).statuses()).containsExactly(400);
            }
            assertThat(upstream.connections()).isEmpty();
        }
    }

    @Test
    void slowlorisHeaderHasTheHeadTimeout() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .proxyProtocol(LOOPBACK)
                        .limits("{headTimeout: 10s}")
                        .start();
                RawClient client = rig.connect()) {
            client.send("PROXY TCP4 192.0");
            GatewayRig.eventually("it is connected", () -> rig.scrape().contains("stillgate_ready 1"));
            rig.ticker().jump(Duration.ofSeconds(11));
            assertThat(client.rest()).isEmpty();
            assertThat(refused(rig, "proxy-timeout")).isEqualTo(1);
        }
    }

    private static double refused(GatewayRig rig, String reason) {
        return rig.metric("stillgate_connections_refused_total", "reason=\"" + reason + "\"");
    }

    /** Accepts every certificate, which is tested elsewhere. */
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

    @Test
    void clientHelloBehindTheHeaderIsFingerprinted() throws Exception {
        for (String file : List.of("one.crt", "one.key")) {
            try (InputStream in = ProxyProtocolTest.class.getResourceAsStream("/tls/" + file)) {
                Files.copy(in, directory.resolve(file));
            }
        }
        Path log = directory.resolve("record.jsonl");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .proxyProtocol(LOOPBACK)
                        .tls("{certificates: [{chain: %1$s/one.crt, key: %1$s/one.key}]}".formatted(directory))
                        .record("{path: " + log + ", text: hashed}")
                        .start()) {
            try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), rig.port())) {
                plain.setSoTimeout(30_000);
                plain.getOutputStream().write(BINARY);
                try (SSLSocket tls =
                        (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", rig.port(), true)) {
                    tls.getOutputStream().write(ascii(Requests.messages("connection: close")));
                    assertThat(new String(tls.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                            .startsWith("HTTP/1.1 200");
                }
            }
            assertThat(lastForwardedFor(upstream)).isEqualTo("198.51.100.7");
            GatewayRig.eventually("recorded", () -> rig.metric("stillgate_record_written_total") == 1);
        }
        assertThat(Files.readString(log))
                .containsPattern("\"ja4\":\"t13[di]\\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}\"");
    }
}
