package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests malformed HTTP/2 requests (RFC 9113 section 8.1.1): each is refused on its stream in the provider's format,
 * ends with PROTOCOL_ERROR and never reaches the upstream; the connection continues. Many are attempts to smuggle a
 * request through a gateway that writes HTTP/1.1 (H2.CL, H2.TE, CRLF in names, values and pseudo-header fields).
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2MalformedTest {
    private static final String BODY = Requests.MESSAGES_BODY;

    private static Arguments with(String name, String... more) {
        return Arguments.of(name, Http2Client.fields("POST", "/v1/messages", more));
    }

    private static Arguments of(String name, String... fields) {
        return Arguments.of(name, fields);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                with("8.2.1 upper case in a name", "X-Big", "1"),
                with("8.2.1 an empty name", "", "1"),
                with("8.2.1 a blank in a name", "x y", "1"),
                with("8.2.1 a colon in a name", "x:y", "1"),
                with("8.2.1 CR LF in a name", "x: y\r\nhost", "evil"),
                with("8.2.1 a name beyond ASCII", "x\u00e9", "1"),
                with("8.2.1 CR LF in a value", "x", "1\r\ntransfer-encoding: chunked"),
                with("8.2.1 LF in a value", "x", "1\ny: 2"),
                with("8.2.1 CR in a value", "x", "1\r2"),
                with("8.2.1 NUL in a value", "x", "1\u00002"),
                with("8.2.1 a blank before a value", "x", " 1"),
                with("8.2.1 a tab after a value", "x", "1\t"),
                with("8.2.2 connection", "connection", "close"),
                with("8.2.2 keep-alive", "keep-alive", "timeout=5"),
                with("8.2.2 proxy-connection", "proxy-connection", "keep-alive"),
                with("8.2.2 transfer-encoding, which is H2.TE", "transfer-encoding", "chunked"),
                with("8.2.2 upgrade", "upgrade", "websocket"),
                with("8.2.2 te other than trailers", "te", "trailers, gzip"),
                with("8.3 a pseudo-header after a field", "x", "1", ":path", "/v1/models"),
                with("8.3 a pseudo-header of answers", ":status", "200"),
                with("8.3 an unknown pseudo-header", ":protocol", "websocket"),
                with("8.3 :path twice", ":path", "/v1/models"),
                with("8.3 :method twice", ":method", "GET"),
                with("8.3 :authority twice", ":authority", "gateway.example"),
                with("8.3.1 Host and :authority disagree", "host", "other.example"),
                with("8.1.1 Content-Length twice", "content-length", "1", "content-length", "1"),
                with("8.1.1 Content-Length with a sign", "content-length", "+1"),
                with("8.1.1 Content-Length of a list", "content-length", "1, 1"),
                of("8.3.1 no :method", ":scheme", "http", ":authority", "a", ":path", "/v1/messages"),
                of("8.3.1 no :scheme", ":method", "GET", ":authority", "a", ":path", "/v1/messages"),
                of("8.3.1 no :path", ":method", "GET", ":scheme", "http", ":authority", "a"),
                of("8.3.1 an empty :path", ":method", "GET", ":scheme", "http", ":authority", "a", ":path", ""),
                of("8.3.1 no host", ":method", "GET", ":scheme", "http", ":path", "/v1/models"),
                of("8.3.1 an empty host", ":method", "GET", ":scheme", "http", ":authority", "", ":path", "/v1/models"),
                of(
                        "8.3.1 a user in :authority",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":authority",
                        "u@a",
                        ":path",
                        "/"),
                of("8.3.1 a scheme of no HTTP", ":method", "GET", ":scheme", "ftp", ":authority", "a", ":path", "/"),
                of("8.5 CONNECT", ":method", "CONNECT", ":authority", "a:443"),
                of(
                        "a request line in :method",
                        ":method",
                        "GET /v1/models HTTP/1.1\r\nx: y\r\n\r\nGET",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/v1/models"),
                of(
                        "a second request in :path",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/v1/models HTTP/1.1\r\nhost: a\r\n\r\nGET /v1/secret"),
                of(
                        "a field in :authority",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":authority",
                        "a\r\nx-api-key: k",
                        ":path",
                        "/v1/models"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformedRequestIsRefusedOnItsStream(String name, String[] fields) throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(fields));
            Http2Client.Response got = client.answer(1);
            assertThat(got.status()).isEqualTo(400);
            assertThat(got.text()).contains("\"error\"").doesNotContain("evil", "secret");
            Http2Client.Frame end = client.readUntil(Http2Client.RST_STREAM);
            assertThat(end.error()).isEqualTo(1);
            assertThat(client.post(3, "/v1/messages", BODY).answer(3).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    /** H2.CL: Content-Length and DATA frames must agree (RFC 9113 section 8.1.1). */
    @Test
    void contentLengthMismatchNeverReachesTheUpstream() throws IOException {
        String[] tooShort = Http2Client.fields("POST", "/v1/messages", "content-length", "500");
        String[] tooLong = Http2Client.fields("POST", "/v1/messages", "content-length", "5");
        String[] none = Http2Client.fields("GET", "/v1/models", "content-length", "5");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            byte[] body = BODY.getBytes(StandardCharsets.US_ASCII);
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 1, Http2Client.section(tooShort));
            client.frame(Http2Client.DATA, Http2Client.END_STREAM, 1, body);
            assertThat(client.answer(1).status()).isEqualTo(400);
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, 3, Http2Client.section(tooLong));
            client.frame(Http2Client.DATA, 0, 3, body);
            assertThat(client.answer(3).status()).isEqualTo(400);
            int both = Http2Client.END_HEADERS | Http2Client.END_STREAM;
            client.frame(Http2Client.HEADERS, both, 5, Http2Client.section(none));
            assertThat(client.answer(5).status()).isEqualTo(400);
            assertThat(upstream.requests()).isEmpty();
        }
    }

    @Test
    void trailersAreValidatedAndDropped() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            int end = Http2Client.END_HEADERS | Http2Client.END_STREAM;
            byte[] head = Http2Client.section(Http2Client.fields("POST", "/v1/messages", "x-api-key", "k"));
            byte[] body = BODY.getBytes(StandardCharsets.US_ASCII);
            List<byte[]> bad = List.of(
                    Http2Client.section(":path", "/x"),
                    Http2Client.section("X", "1"),
                    Http2Client.section("x", "1\r\n"));
            int stream = 1;
            for (byte[] trailers : bad) {
                client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, head);
                client.frame(Http2Client.DATA, 0, stream, body);
                client.frame(Http2Client.HEADERS, end, stream, trailers);
                assertThat(client.answer(stream).status()).isEqualTo(400);
                stream += 2;
            }
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, head);
            client.frame(Http2Client.DATA, 0, stream, body);
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, Http2Client.section("x", "1"));
            assertThat(client.answer(stream).status())
                    .as("trailers without END_STREAM")
                    .isEqualTo(400);
            assertThat(upstream.requests()).isEmpty();
            stream += 2;
            client.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, head);
            client.frame(Http2Client.DATA, 0, stream, body);
            client.frame(Http2Client.HEADERS, end, stream, Http2Client.section("x-checksum", "1"));
            assertThat(client.answer(stream).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
            assertThat(upstream.requests().getFirst().values("x-checksum")).isEmpty();
        }
    }

    @Test
    void oversizedHeadIsRefused() throws IOException {
        String[] many = new String[2 * 130];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "x-" + i;
            many[i + 1] = "1";
        }
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .limits("{head: 8KiB, target: 1KiB}")
                        .start();
                Http2Client client = new Http2Client(rig.port())) {
            assertThat(client.get(1, "/v1/models", "x", "v".repeat(8100))
                            .answer(1)
                            .status())
                    .isEqualTo(431);
            assertThat(client.get(3, "/v1/models", many).answer(3).status()).isEqualTo(431);
            assertThat(client.get(5, "/v1/models?" + "q".repeat(1100)).answer(5).status())
                    .isEqualTo(414);
            assertThat(client.get(7, "/v1/models").answer(7).status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    @Test
    void cookieCrumbsAreJoinedAndHostReplacesAuthority() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream);
                Http2Client client = new Http2Client(rig.port())) {
            List<String> fields = new ArrayList<>(List.of(":method", "GET", ":path", "/v1/models", ":scheme", "https"));
            fields.addAll(Arrays.asList(
                    "cookie", "a=1", "host", "by.host", "te", "trailers", "cookie", "b=2", "x", "", "cookie", "c=3"));
            int both = Http2Client.END_HEADERS | Http2Client.END_STREAM;
            client.frame(Http2Client.HEADERS, both, 1, Http2Client.section(fields.toArray(new String[0])));
            assertThat(client.answer(1).status()).isEqualTo(200);
            UpstreamScript.Request seen = upstream.requests().getFirst();
            assertThat(seen.line()).isEqualTo("GET /v1/models HTTP/1.1");
            assertThat(seen.values("cookie")).containsExactly("a=1; b=2; c=3");
            assertThat(seen.values("x-forwarded-host")).containsExactly("by.host");
            assertThat(seen.values("te")).isEmpty();
            assertThat(seen.values("x")).containsExactly("");
        }
    }
}
