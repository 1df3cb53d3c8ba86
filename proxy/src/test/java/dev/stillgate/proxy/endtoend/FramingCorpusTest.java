package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sends hostile requests whole, byte by byte and in random pieces. The upstream must see well-formed requests only, in
 * the expected number, and never a smuggled one.
 */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class FramingCorpusTest {
    private static final long SEED = 20260217;
    private static final String H = "Host: h\r\n";
    private static final String SMUGGLED = "GET /v1/models/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    private static UpstreamScript upstream;
    private static GatewayRig rig;

    /**
     * One payload.
     *
     * @param statuses the statuses of the responses up to the end of the connection
     * @param passed how many requests the upstream sees
     */
    private record Case(String name, String bytes, List<Integer> statuses, int passed) {}

    private static final List<Case> CASES = new ArrayList<>();

    private static void bad(String name, String bytes) {
        CASES.add(new Case(name, bytes, List.of(400), 0));
    }

    private static void refused(int status, String name, String bytes) {
        CASES.add(new Case(name, bytes, List.of(status), 0));
    }

    /** A request that asks for the close of its connection. */
    private static void good(String name, String bytes) {
        CASES.add(new Case(name, bytes, List.of(200), 1));
    }

    private static String get(String fields) {
        return "GET /v1/models HTTP/1.1\r\n" + fields + "\r\n";
    }

    private static String last(String fields) {
        return get(H + fields + "Connection: close\r\n");
    }

    private static String path(String target) {
        return "GET " + target + " HTTP/1.1\r\n" + H + "Connection: close\r\n\r\n";
    }

    private static String blob(String fields, String body) {
        return "POST /v1/blobs/1 HTTP/1.1\r\n" + H + fields + "\r\n" + body;
    }

    private static String chunked(String body) {
        return blob("Transfer-Encoding: chunked\r\n", body);
    }

    static {
        lengths();
        codings();
        lines();
        chunks();
        targets();
        sizes();
        fine();
    }

    private static void lengths() {
        String smuggle = "x" + SMUGGLED;
        bad("length and chunked", blob("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + SMUGGLED));
        bad("chunked and length", blob("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + SMUGGLED));
        bad("two lengths", blob("Content-Length: 1\r\nContent-Length: 44\r\n", smuggle));
        bad("two equal lengths", blob("Content-Length: 1\r\nContent-Length: 1\r\n", smuggle));
        bad("length list", blob("Content-Length: 1, 1\r\n", smuggle));
        bad("length with plus", blob("Content-Length: +1\r\n", smuggle));
        bad("negative length", blob("Content-Length: -1\r\n", smuggle));
        bad("hexadecimal length", blob("Content-Length: 0x1\r\n", smuggle));
        bad("length with a letter", blob("Content-Length: 1a\r\n", smuggle));
        bad("empty length", blob("Content-Length: \r\n", smuggle));
        bad("length with a blank", blob("Content-Length: 1 1\r\n", smuggle));
        bad("decimal length", blob("Content-Length: 1.0\r\n", smuggle));
        bad("quoted length", blob("Content-Length: \"1\"\r\n", smuggle));
        bad("length beyond a long", blob("Content-Length: 18446744073709551617\r\n", smuggle));
        bad("length of 16 digits", blob("Content-Length: 0000000000000001\r\n", smuggle));
        bad("length with a vertical tab", blob("Content-Length: \u000b1\r\n", smuggle));
        bad("length with Arabic digits", blob("Content-Length: \u00d9\u00a1\r\n", smuggle));
        refused(413, "length beyond the limit", blob("Content-Length: 33554433\r\n", ""));
    }

    private static void codings() {
        for (String value : List.of(
                "chunked, chunked",
                "gzip, chunked",
                "identity",
                "chunked, identity",
                "xchunked",
                "chunkedx",
                "\"chunked\"",
                "chunked;q=1",
                "chunked,",
                ",chunked",
                "\u000bchunked",
                "chun ked",
                "")) {
            bad(
                    "transfer coding <" + value + ">",
                    blob("Transfer-Encoding: " + value + "\r\n", "0\r\n\r\n" + SMUGGLED));
        }
        bad(
                "two transfer codings",
                blob("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + SMUGGLED));
        bad(
                "transfer coding in 1.0",
                "POST /v1/blobs/1 HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED);
        bad("folded transfer coding", blob("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" + SMUGGLED));
        bad("blank before colon", blob("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + SMUGGLED));
        bad("control before a name", blob("\u0001Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + SMUGGLED));
    }

    private static void lines() {
        bad("bare line feeds", "GET /v1/models HTTP/1.1\nHost: h\n\n");
        bad("one bare line feed", "GET /v1/models HTTP/1.1\r\nHost: h\nX: y\r\n\r\n");
        bad("bare line feed ends the head", "GET /v1/models HTTP/1.1\r\nHost: h\r\n\n" + SMUGGLED);
        bad("bare carriage return in a value", get(H + "X: a\rTransfer-Encoding: chunked\r\n"));
        bad("bare carriage return in the line", "GET /v1/models\rx HTTP/1.1\r\n" + H + "\r\n");
        bad("two carriage returns", "GET /v1/models HTTP/1.1\r\r\nHost: h\r\n\r\n");
        bad("line feed first", "\nGET /v1/models HTTP/1.1\r\n" + H + "\r\n");
        bad("empty line first", "\r\nGET /v1/models HTTP/1.1\r\n" + H + "\r\n");
        bad("blank first", " GET /v1/models HTTP/1.1\r\n" + H + "\r\n");
        bad("fold", get(H + "X: a\r\n b\r\n"));
        bad("fold with tab", get(H + "X: a\r\n\tb\r\n"));
        bad("fold before the first field", get(" X: a\r\n" + H));
        bad("null in a value", get(H + "X: a\0b\r\n"));
        bad("null in a name", get(H + "X\0: a\r\n"));
        bad("delete in a value", get(H + "X: a\u007fb\r\n"));
        bad("escape in a value", get(H + "X: a\u001b[2Jb\r\n"));
        bad("no colon", get(H + "Xa\r\n"));
        bad("no name", get(H + ": a\r\n"));
        bad("blank in a name", get(H + "X Y: a\r\n"));
        bad("tab before colon", get(H + "X\t: a\r\n"));
        bad("not ASCII in a name", get(H + "X\u00e9: a\r\n"));
        bad("parenthesis in a name", get(H + "X(: a\r\n"));
        bad("no host", get("X: a\r\n"));
        bad("two hosts", get(H + H));
        bad("host with a blank", get("Host: h i\r\n"));
        bad("host with a comma", get("Host: h,i\r\n"));
        bad("host with a path", get("Host: h/../x\r\n"));
        bad("empty host", get("Host:\r\n"));
        bad("host of a port alone", get("Host: :80\r\n"));
        bad("absolute form without Host", "GET http://h/v1/models HTTP/1.1\r\n\r\n");
        bad("host with a user", get("Host: a@h\r\n"));
        bad("HTTP/0.9", "GET /v1/models\r\n");
        bad("HTTP/1.2", "GET /v1/models HTTP/1.2\r\n" + H + "\r\n");
        bad("HTTP/2.0", "GET /v1/models HTTP/2.0\r\n" + H + "\r\n");
        bad("HTTP/1.10", "GET /v1/models HTTP/1.10\r\n" + H + "\r\n");
        bad("lower-case version", "GET /v1/models http/1.1\r\n" + H + "\r\n");
        bad("no version", "GET /v1/models \r\n" + H + "\r\n");
        bad("blank after the version", "GET /v1/models HTTP/1.1 \r\n" + H + "\r\n");
        bad("two blanks", "GET  /v1/models HTTP/1.1\r\n" + H + "\r\n");
        bad("tabs", "GET\t/v1/models\tHTTP/1.1\r\n" + H + "\r\n");
        refused(501, "method of 17 letters", "ABCDEFGHIJKLMNOPQ /v1/models HTTP/1.1\r\n" + H + "\r\n");
        bad("method with a slash", "G/T /v1/models HTTP/1.1\r\n" + H + "\r\n");
        bad("no method", " /v1/models HTTP/1.1\r\n" + H + "\r\n");
        bad("noise", "\u0016\u0003\u0001\u0002\0\u0001\n\r\n\r\n");
        refused(417, "other expectation", last("Expect: 200-ok\r\n"));
    }

    private static void chunks() {
        bad("chunk size is a word", chunked("zz\r\n"));
        bad("chunk size is empty", chunked("\r\n0\r\n\r\n"));
        bad("chunk size is negative", chunked("-1\r\n"));
        bad("chunk size with 0x", chunked("0x1\r\na\r\n0\r\n\r\n"));
        bad("chunk size with plus", chunked("+1\r\na\r\n0\r\n\r\n"));
        bad("chunk size with a blank before", chunked(" 1\r\na\r\n0\r\n\r\n"));
        bad("chunk size with a blank after", chunked("1 \r\na\r\n0\r\n\r\n"));
        bad("chunk size with an underscore", chunked("1_0\r\n" + "a".repeat(16) + "\r\n0\r\n\r\n"));
        bad("chunk size of 16 digits", chunked("0000000000000001\r\na\r\n0\r\n\r\n"));
        bad("chunk size overflows", chunked("10000000000000001\r\na\r\n0\r\n\r\n"));
        bad("chunk size ends in line feed", chunked("1\na\r\n0\r\n\r\n"));
        bad("chunk size ends in carriage return", chunked("1\ra\r\n0\r\n\r\n"));
        bad("chunk too long", chunked("1\r\nab\r\n0\r\n\r\n"));
        bad("chunk ends in line feed", chunked("1\r\na\n0\r\n\r\n"));
        bad("chunk without an end", chunked("1\r\na0\r\n\r\n"));
        bad("last chunk ends in line feed", chunked("0\n\r\n"));
        bad("body ends in line feed", chunked("0\r\n\n" + SMUGGLED));
        bad("extension with a line feed", chunked("1;x\n" + "a\r\n0\r\n\r\n"));
        bad("extension with a null", chunked("1;x\0\r\na\r\n0\r\n\r\n"));
        bad("extension of 300 bytes", chunked("1;" + "x".repeat(300) + "\r\na\r\n0\r\n\r\n"));
        bad("trailer with a line feed", chunked("0\r\nX: y\n\r\n"));
        bad("trailer with a null", chunked("0\r\nX: \0\r\n\r\n"));
        bad("trailers of 9000 bytes", chunked("0\r\n" + ("X: " + "y".repeat(97) + "\r\n").repeat(90) + "\r\n"));
    }

    private static void targets() {
        for (String target : List.of(
                "//v1/models",
                "/v1//models",
                "/v1/models//x",
                "/v1/./models",
                "/v1/models/.",
                "/v1/../v1/models",
                "/v1/models/..",
                "/v1/models/..;/x",
                "/v1/models/..%3b/messages",
                "/v1/models/..%23/messages",
                "/v1/models/%C0%AE%C0%AE/messages",
                "/v1/models/.;a/x",
                "/v1/%2e%2e/models",
                "/v1/models/%2e",
                "/v1/models%2fx",
                "/v1/models%2Fx",
                "/v1/models%5cx",
                "/v1/mo%64els",
                "/v1/models%00",
                "/v1/models%0d%0aX",
                "/v1/models%7f",
                "/v1/models%",
                "/v1/models%2",
                "/v1/models%zz",
                "/v1/models%252e",
                "/v1\\models",
                "/v1/models#x",
                "/v1/models\u00e9",
                "/v1/mod\"els",
                "/v1/{models}",
                "http://h",
                "http://h?/v1/models",
                "http:///v1/models",
                "http://:80/v1/models",
                "http://a@h/v1/models",
                "http://h,i/v1/models",
                "http:/h/v1/models",
                "http//h/v1/models",
                "ftp://h/v1/models",
                "http://h/v1/../models",
                "http://h//v1/models",
                "http://h/v1/models%2fx",
                "https:",
                "h:80",
                "*",
                "v1/models",
                "?x")) {
            bad("target " + target, path(target));
        }
        bad("connect", "CONNECT h:443 HTTP/1.1\r\n" + H + "Connection: close\r\n\r\n" + SMUGGLED);
        refused(404, "path that is no route", path("/admin"));
        refused(404, "path in capitals", path("/V1/models"));
        refused(404, "path with parameters", path("/v1/messages;x=y"));
        refused(404, "path that is not listed", path("/v1/secrets"));
        refused(404, "dialect path with a slash at its end", path("/v1/messages/"));
        refused(404, "method that the path does not take", path("/v1/messages"));
        refused(404, "options of the server", "OPTIONS * HTTP/1.1\r\n" + H + "Connection: close\r\n\r\n");
        refused(404, "absolute path that is no route", path("https://h/admin"));
        refused(404, "trace", "TRACE /v1/models HTTP/1.1\r\n" + H + "Connection: close\r\n\r\n");
        refused(400, "connect to a path", "CONNECT /v1/models HTTP/1.1\r\n" + H + "Connection: close\r\n\r\n");
    }

    private static void sizes() {
        refused(414, "target of 9000 bytes", path("/v1/models/" + "a".repeat(9000)));
        refused(414, "query of 9000 bytes", path("/v1/models?" + "a".repeat(9000)));
        refused(414, "target without an end", "GET /" + "a".repeat(40_000));
        refused(501, "method without an end", "A".repeat(40_000));
        refused(414, "no method and no end", "@".repeat(40_000));
        refused(413, "huge length without a body", blob("Content-Length: 999999999\r\n", ""));
        refused(431, "field of 40000 bytes", last("X: " + "a".repeat(40_000) + "\r\n"));
        refused(431, "name of 40000 bytes", last("X".repeat(40_000) + ": a\r\n"));
        refused(431, "fields of 40000 bytes", last(("X: " + "a".repeat(995) + "\r\n").repeat(40)));
        refused(431, "head without an end", get("X: " + "a".repeat(40_000)).stripTrailing());
        refused(431, "200 fields", last("X: a\r\n".repeat(200)));
    }

    private static void fine() {
        good("plain", last(""));
        good("blanks around a value", last("X: \t a \t\r\n"));
        good("no blank before a value", last("X:a\r\n"));
        good("empty value", last("X:\r\n"));
        good("not ASCII in a value", last("X: \u00e9\r\n"));
        good("126 fields", last("X: a\r\n".repeat(126)));
        good("absolute form", path("http://h/v1/models"));
        good("absolute form in capitals", path("HTTPS://[::1]:80/v1/models?a=http://h"));
        good("host of IPv6", "GET /v1/models HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n");
        good("a needed escape", path("/v1/models/a%20b"));
        good("anything in a query", path("/v1/models?a=%2e%2e/../%00"));
        good("three dots", path("/v1/models/..."));
        good("length with zeros", blob("Content-Length: 0003\r\nConnection: close\r\n", "abc"));
        good("length 0", blob("Content-Length: 0\r\nConnection: close\r\n", ""));
        good(
                "chunks",
                blob(
                        "Transfer-Encoding: Chunked\r\nConnection: close\r\n",
                        "003;a=\"b\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n"));
        good("body on GET", "GET /v1/models HTTP/1.1\r\n" + H + "Content-Length: 3\r\nConnection: close\r\n\r\nabc");
        good("what comes after close", last("") + SMUGGLED);
        CASES.add(new Case("two at once", get(H) + last(""), List.of(200, 200), 2));
        CASES.add(new Case("good, then bad", get(H) + "GET /v1/models HTTP/9\r\n" + H + "\r\n", List.of(200, 400), 1));
        CASES.add(new Case(
                "a body that looks like a request",
                blob("Content-Length: " + SMUGGLED.length() + "\r\n", SMUGGLED) + last(""),
                List.of(200, 200),
                2));
        CASES.add(new Case(
                "a refused body that looks like a request",
                "POST /nowhere HTTP/1.1\r\n" + H + "Content-Length: " + SMUGGLED.length() + "\r\n\r\n" + SMUGGLED
                        + last(""),
                List.of(404, 200),
                1));
        CASES.add(new Case(
                "a refused chunked body that looks like a request",
                "POST /nowhere HTTP/1.1\r\n" + H + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
                List.of(404),
                0));
    }

    @BeforeAll
    static void start() {
        upstream = UpstreamScript.of(c -> {
            while (c.request() != null) {
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
        rig = GatewayRig.before(upstream);
    }

    @AfterAll
    static void stop() {
        rig.close();
        upstream.close();
    }

    @Test
    void corpusIsLarge() {
        assertThat(CASES).hasSizeGreaterThan(150).doesNotHaveDuplicates();
    }

    @TestFactory
    List<DynamicTest> whole() {
        return tests(Integer.MAX_VALUE);
    }

    @TestFactory
    List<DynamicTest> byteByByte() {
        return tests(1);
    }

    @TestFactory
    List<DynamicTest> inRandomPieces() {
        return tests(40);
    }

    private static List<DynamicTest> tests(int most) {
        Random random = new Random(SEED);
        return CASES.stream()
                .map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each, most, random)))
                .toList();
    }

    private static void check(Case each, int most, Random random) throws IOException {
        int before = upstream.requests().size();
        byte[] bytes = each.bytes().getBytes(StandardCharsets.ISO_8859_1);
        List<Integer> statuses;
        try (RawClient client = rig.connect()) {
            if (most == Integer.MAX_VALUE) {
                client.send(bytes);
            } else {
                client.sendPieces(bytes, most, random);
            }
            statuses = client.statuses();
        }
        assertThat(statuses).as("seed " + SEED).isEqualTo(each.statuses());
        List<UpstreamScript.Request> requests = upstream.requests();
        assertThat(requests).hasSize(before + each.passed());
        assertThat(requests).noneMatch(request -> request.line().contains("smuggled"));
        assertThat(requests)
                .allMatch(request -> request.values("host").equals(List.of("127.0.0.1:" + upstream.port())));
    }
}
