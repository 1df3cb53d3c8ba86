package dev.stillgate.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class Http1HeadParserTest {
    private static final String REQUEST = "POST /v1/messages?beta=true HTTP/1.1\r\nHost: api.example\r\n"
            + "X-Api-Key:  sk-1 \t\r\nContent-Length: 5\r\nConnection: keep-alive, X-Private\r\nx-private: 1\r\n\r\n";

    private final Http1Head head = new Http1Head();
    private final Http1HeadParser parser = Http1HeadParser.ofRequests(head, 8192, 1024);

    private boolean feed(String text) throws BadMessage {
        return parser.feed(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 16, 64, 4096})
    void fragmentationDoesNotChangeTheResult(int size) throws BadMessage {
        ByteBuf all = Unpooled.copiedBuffer(REQUEST + "hello", StandardCharsets.ISO_8859_1);
        boolean done = false;
        while (!done) {
            ByteBuf piece = all.readSlice(Math.min(size, all.readableBytes()));
            done = parser.feed(piece);
            if (done) {
                all.readerIndex(all.readerIndex() - piece.readableBytes());
            } else {
                assertThat(piece.isReadable()).isFalse();
            }
        }
        assertThat(all.toString(StandardCharsets.ISO_8859_1)).isEqualTo("hello");
        assertThat(head.method()).isEqualTo("POST");
        assertThat(head.path()).isEqualTo("/v1/messages");
        assertThat(head.first("x-api-KEY")).isEqualTo("sk-1");
        assertThat(head.hasNameStarting("x-API-")).isTrue();
        assertThat(head.hasNameStarting("x-api-key")).isTrue();
        assertThat(head.hasNameStarting("x-api-key-")).isFalse();
        assertThat(head.hasNameStarting("sk-")).isFalse();
        assertThat(head.size()).isEqualTo(5);
        assertThat(BodyFraming.ofRequest(head)).isEqualTo(new BodyFraming(BodyFraming.Kind.LENGTH, 5));
        assertThat(head.keepsAlive()).isTrue();
        assertThat(head.isNominated(4)).isTrue();
        assertThat(head.isNominated(0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1~Host: a~~                       | bare-line-feed",
                "GET  / HTTP/1.1^Host: a^^                      | request-target",
                "GET / HTTP/1.1 ^Host: a^^                      | http-version",
                "GET / HTTP/2.0^Host: a^^                       | http-version",
                "GET /a b HTTP/1.1^Host: a^^                    | http-version",
                "G(T / HTTP/1.1^Host: a^^                       | request-line",
                "GET / HTTP/1.1^Host : a^^                      | header-name",
                "GET / HTTP/1.1^Host: a^ folded^^               | header-name",
                "GET / HTTP/1.1^: a^^                           | header-name",
                "GET / HTTP/1.1^Host: a\u0000^^                 | header-value",
                "GET / HTTP/1.1^Host: a\rb^^                    | header-value"
            })
    void ambiguousHeadsAreRejected(String text, String code) {
        String wire = text.replace("^", "\r\n").replace("~", "\n");
        assertThatThrownBy(() -> feed(wire))
                .isInstanceOfSatisfying(
                        BadMessage.class, bad -> assertThat(bad.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: 5^Transfer-Encoding: chunked   | length-and-chunked",
                "Content-Length: 5^Content-Length: 5            | content-length",
                "Content-Length: 5, 5                           | content-length",
                "Content-Length: +5                             | content-length",
                "Content-Length: 0x5                            | content-length",
                "Content-Length: 9999999999999999               | content-length",
                "Transfer-Encoding: gzip, chunked               | transfer-coding",
                "Transfer-Encoding: chunked^Transfer-Encoding: chunked | transfer-coding",
                "Transfer-Encoding: xchunked                    | transfer-coding",
                "Host: b                                        | host"
            })
    void ambiguousFramingIsRejected(String fields, String code) throws BadMessage {
        assertThat(feed("POST / HTTP/1.1\r\nHost: a\r\n" + fields.replace("^", "\r\n") + "\r\n\r\n"))
                .isTrue();
        assertThatThrownBy(() -> BodyFraming.ofRequest(head))
                .isInstanceOfSatisfying(
                        BadMessage.class, bad -> assertThat(bad.code()).isEqualTo(code));
    }

    @Test
    void sizesAreLimited() {
        assertThatThrownBy(() -> feed("GET /" + "a".repeat(2000)))
                .isInstanceOfSatisfying(
                        BadMessage.class, bad -> assertThat(bad.code()).isEqualTo("target-too-long"));
        parser.reset();
        assertThatThrownBy(() -> feed("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(9000)))
                .isInstanceOfSatisfying(
                        BadMessage.class, bad -> assertThat(bad.code()).isEqualTo("headers-too-large"));
        parser.reset();
        assertThatThrownBy(() -> feed("GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(200)))
                .isInstanceOfSatisfying(
                        BadMessage.class, bad -> assertThat(bad.code()).isEqualTo("too-many-headers"));
    }
}
