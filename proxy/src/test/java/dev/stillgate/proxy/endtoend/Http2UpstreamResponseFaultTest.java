package dev.stillgate.proxy.endtoend;

import static dev.stillgate.proxy.rig.Http2UpstreamFaults.first;
import static dev.stillgate.proxy.rig.Http2UpstreamFaults.ownStreamOnly;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.Http2Client;
import dev.stillgate.proxy.rig.NoLeaks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests malformed HTTP/2 responses: none counts as complete, and no other exchange on the connection is affected. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class Http2UpstreamResponseFaultTest {
    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final String[] EVENTS = {":status", "200", "content-type", "text/event-stream"};

    private static String[] fields(String... fields) {
        return fields;
    }

    static Stream<Arguments> malformedHeads() {
        String[] many = new String[2 + 2 * 129];
        Arrays.fill(many, "x");
        many[0] = ":status";
        many[1] = "200";
        return Stream.of(
                Arguments.of("RFC 9113 section 8.3.2: no :status", "pseudo-header", fields("content-length", "0")),
                Arguments.of(
                        "RFC 9113 section 8.3: :status twice",
                        "pseudo-header",
                        fields(":status", "200", ":status", "200")),
                Arguments.of(
                        "RFC 9113 section 8.3: :status after a field",
                        "pseudo-header",
                        fields("server", "x", ":status", "200")),
                Arguments.of(
                        "RFC 9113 section 8.3: :path in an answer",
                        "pseudo-header",
                        fields(":status", "200", ":path", "/")),
                Arguments.of("a status of letters", "status", fields(":status", "2xx")),
                Arguments.of("a status of four digits", "status", fields(":status", "2000")),
                Arguments.of("a status of 600", "status", fields(":status", "600")),
                Arguments.of(
                        "RFC 9113 section 8.2.1: a name in upper case",
                        "header-name",
                        fields(":status", "200", "Server", "x")),
                Arguments.of("an empty name", "header-name", fields(":status", "200", "", "x")),
                Arguments.of(
                        "a name that ends its line", "header-name", fields(":status", "200", "a\r\nset-cookie", "x")),
                Arguments.of(
                        "RFC 9113 section 10.3: a value that begins a line",
                        "header-value",
                        fields(":status", "200", "server", "x\r\nset-cookie: a=b")),
                Arguments.of("a value with NUL", "header-value", fields(":status", "200", "server", "x\0")),
                Arguments.of(
                        "RFC 9113 section 8.2.1: a value that ends in a blank",
                        "header-value",
                        fields(":status", "200", "server", "x ")),
                Arguments.of(
                        "RFC 9113 section 8.2.2: connection",
                        "connection-header",
                        fields(":status", "200", "connection", "close")),
                Arguments.of(
                        "RFC 9113 section 8.2.2: transfer-encoding",
                        "connection-header",
                        fields(":status", "200", "transfer-encoding", "chunked")),
                Arguments.of(
                        "RFC 9113 section 8.2.2: keep-alive",
                        "connection-header",
                        fields(":status", "200", "keep-alive", "timeout=5")),
                Arguments.of(
                        "two lengths",
                        "content-length",
                        fields(":status", "200", "content-length", "1", "content-length", "2")),
                Arguments.of(
                        "a length that is none", "content-length", fields(":status", "200", "content-length", "+1")),
                Arguments.of("too many fields", "too-many-headers", many));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedHeads")
    void malformedHeadEndsItsOwnStreamOnly(String what, String code, String[] head) {
        assertThat(what).isNotEmpty();
        byte[] section = Http2Client.section(head);
        ownStreamOnly("upstream-" + code, PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            c.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, section);
            c.data(stream, true, "x");
        });
    }

    @Test
    void rfc9113Section652OversizedHeaderListIsRejected() {
        String large = "x".repeat(3_000);
        byte[] indexed = new byte[40];
        Arrays.fill(indexed, (byte) 0xbe); // the newest table entry, repeatedly: CVE-2016-6581
        ownStreamOnly("upstream-headers-too-large", PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            byte[] first = Http2Client.section(":status", "200", "a", large);
            first[first.length - large.length() - 6] = 0x40; // with incremental indexing
            byte[] section = Arrays.copyOf(first, first.length + indexed.length);
            System.arraycopy(indexed, 0, section, first.length, indexed.length);
            c.frame(Http2Client.HEADERS, Http2Client.END_HEADERS, stream, section);
        });
    }

    @Test
    void rfc9113Section811TooLittleContentIsIncomplete() {
        ownStreamOnly("upstream-content-length", PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            c.head(stream, false, ":status", "200", "content-length", "10");
            c.data(stream, true, "12345");
        });
    }

    @Test
    void rfc9113Section811MissingContentIsIncomplete() {
        ownStreamOnly(
                "upstream-content-length",
                PROTOCOL_ERROR,
                c -> c.head(c.request().stream(), true, ":status", "200", "content-length", "10"));
    }

    @Test
    void rfc9113Section811TooMuchContentIsMalformed() {
        ownStreamOnly("upstream-content-length", PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            c.head(stream, false, ":status", "200", "content-length", "3");
            c.data(stream, false, "12345");
        });
    }

    @Test
    void contentOfABodilessResponseIsRejected() {
        ownStreamOnly("upstream-content-length", PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            c.head(stream, false, ":status", "204");
            c.data(stream, true, "x");
        });
    }

    @Test
    void rfc9113Section81ContentBeforeTheHeadIsRejected() {
        ownStreamOnly("upstream-content-before-head", PROTOCOL_ERROR, c -> c.data(c.request().stream(), true, "{}"));
    }

    @Test
    void rfc9113Section86Status101IsRejected() {
        ownStreamOnly(
                "upstream-interim-answers", PROTOCOL_ERROR, c -> c.head(c.request().stream(), false, ":status", "101"));
    }

    @Test
    void rfc9113Section81InterimResponseMustNotEndTheStream() {
        ownStreamOnly(
                "upstream-interim-answers", PROTOCOL_ERROR, c -> c.head(c.request().stream(), true, ":status", "103"));
    }

    @Test
    void endlessInterimResponsesAreRejected() {
        ownStreamOnly("upstream-interim-answers", PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            for (int i = 0; i < 33; i++) {
                c.head(stream, false, ":status", "103", "link", "</a>");
            }
        });
    }

    @Test
    void rfc9113Section81TrailersMustEndTheStream() {
        ownStreamOnly("upstream-trailers", PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            c.head(stream, false, EVENTS);
            c.head(stream, false, "x-more", "1");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {":status", "content-length", "Upper"})
    void invalidTrailersEndTheResponse(String name) {
        String code = name.equals(":status") ? "pseudo-header" : name.equals("Upper") ? "header-name" : "trailers";
        ownStreamOnly("upstream-" + code, PROTOCOL_ERROR, c -> {
            int stream = c.request().stream();
            c.head(stream, false, EVENTS);
            c.data(stream, false, "data: {}\n\n");
            c.head(stream, true, name, "1");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 8, 11})
    void rfc9113Section64ResetBeforeTheHeadIsNotRetried(int error) {
        ownStreamOnly("upstream-stream-reset", -1, c -> c.number(Http2Client.RST_STREAM, c.request().stream(), error));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 7})
    void rfc9113Section64ResetWithinTheContentIsIncomplete(int error) {
        ownStreamOnly("upstream-stream-reset", -1, c -> {
            int stream = c.request().stream();
            c.head(stream, false, EVENTS);
            c.data(stream, false, "data: {}\n\n");
            c.number(Http2Client.RST_STREAM, stream, error);
        });
    }

    @Test
    void rfc9113Section69StreamWindowOverrunIsRejected() {
        ownStreamOnly("upstream-http2-flow-control", FLOW_CONTROL_ERROR, c -> {
            int stream = c.request().stream();
            c.head(stream, false, EVENTS);
            ArrayList<byte[]> burst = new ArrayList<>();
            for (int i = 0; i < 40; i++) { // in one piece, before a window can grow
                burst.add(Http2Client.bytes(Http2Client.DATA, 0, stream, new byte[16_384]));
            }
            c.raw(burst);
        });
    }

    @Test
    void rfc9113Section691WindowOverflowEndsItsStream() {
        ownStreamOnly(
                "upstream-http2-flow-control",
                FLOW_CONTROL_ERROR,
                c -> c.number(Http2Client.WINDOW_UPDATE, c.request().stream(), Integer.MAX_VALUE));
    }
}
