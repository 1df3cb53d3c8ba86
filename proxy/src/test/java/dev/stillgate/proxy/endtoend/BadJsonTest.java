package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sends documents of each known class of invalid JSON through a gateway, as the whole body and as a field of a valid
 * prompt, on the path of each dialect. None is forwarded, and the connection continues. ({@code load-tests/run
 * bad-json} sends the JSON Parsing Test Suite itself.)
 */
@ExtendWith(NoLeaks.class)
class BadJsonTest {
    private static final List<String> PATHS = List.of("/v1/messages", "/v1/chat/completions", "/v1/responses");

    /** Each character is one byte. */
    private static final List<String> VALUES = List.of(
            // arrays
            "[1 true]",
            "[a\u00e5]",
            "[\"\": 1]",
            "[\"\"],",
            "[,1]",
            "[1,,2]",
            "[\"x\",,]",
            "[\"x\"]]",
            "[\"\",]",
            "[\"x\"",
            "[x",
            "[3[4]]",
            "[,]",
            "[-]",
            "[   , \"\"]",
            "[1,",
            "[1,]",
            "[1,,]",
            "[*]",
            "[\"\"",
            "[\"a\",\n4\n,1,",
            "[{}",
            "[,",
            "[\"a\"",
            "[\"\u000ba\"\\f]",
            "[\\u000A\"\"]",
            "[][]",
            "]",
            "[",
            "[[[[",
            "[<null>]",
            "[a: 1]",
            // literals
            "fals",
            "nul",
            "tru",
            "nulll",
            "True",
            "TRUE",
            "None",
            "undefined",
            "nan",
            "truefalse",
            "null null",
            "t rue",
            // numbers
            "++1234",
            "+1",
            "+Inf",
            "-01",
            "-1.0.",
            "-2.",
            "-NaN",
            ".-1",
            ".2e-3",
            "0.1.2",
            "0.3e+",
            "0.3e",
            "0.e1",
            "0E+",
            "0E",
            "0e",
            "1.0e+",
            "1.0e-",
            "1.0e",
            "1 000.0",
            "1eE2",
            "2.e+3",
            "2.e3",
            "9.e+",
            "Inf",
            "NaN",
            "\u00ef\u00bc\u0091",
            "1+2",
            "0x1",
            "0x42",
            "Infinity",
            "0e+-1",
            "-123.123foo",
            "123\0",
            "-Infinity",
            "-foo",
            "- 1",
            "-012",
            "-.123",
            "-1x",
            "1ea",
            "1e\u00e5",
            "1a",
            "1.",
            "01",
            "012",
            "0_1",
            "1_000",
            "1e1.5",
            "1,0",
            "#1",
            "0b1",
            "1f",
            "1L",
            "--1",
            // objects
            "[\"x\", truth]",
            "{[: \"x\"}",
            "{\"x\", null}",
            "{\"x\"::\"b\"}",
            "{\"a\":\"a\" 123}",
            "{key: 'value'}",
            "{\"a\" b}",
            "{:\"b\"}",
            "{\"a\" \"b\"}",
            "{\"a\":",
            "{\"a\"",
            "{1:1}",
            "{9999E9999:1}",
            "{null:null,null:null}",
            "{\"id\":0,,,,,}",
            "{'a':0}",
            "{\"id\":0,}",
            "{\"a\":\"b\"}/**/",
            "{\"a\":\"b\"}/**//",
            "{\"a\":\"b\"}//",
            "{\"a\":\"b\"}/",
            "{\"a\":\"b\",,\"c\":\"d\"}",
            "{a: \"b\"}",
            "{\"a\":\"a",
            "{ \"foo\" : \"bar\", \"a\" }",
            "{\"a\":\"b\"}#",
            "{,}",
            "{true:1}",
            "{\"a\":1;\"b\":2}",
            "{\"a\"=1}",
            "{\"a\":/*c*/1}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":2}",
            "{\"\":1,\"\":1}",
            "{\"a\":{\"b\":1,\"b\":1}}",
            "{\"\\ud83e\\udd89\":1,\"\u00f0\u009f\u00a6\u0089\":2}",
            // strings
            "\"\\uD800\\\"",
            "\"\\uD800\\u\"",
            "\"\\uD800\\u1\"",
            "\"\\uD800\\u1x\"",
            "\"\\\0\"",
            "\"\\\\\\\"",
            "\"\\x00\"",
            "\"\\a\"",
            "\"\\\"",
            "\"\\u00A\"",
            "\"\\uD834\\uDd\"",
            "\"\\uqqqq\"",
            "\"\\'\"",
            "\\u0020\"asd\"",
            "\\n",
            "\"",
            "'a'",
            "abc",
            "\"\\",
            "\"a\0a\"",
            "\"new\nline\"",
            "\"\t\"",
            "\"\\UA66D\"",
            "\"\"x",
            "\u00e9",
            "\"\u0001\"",
            "\"\u001f\"",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"a\r\n\"",
            "`a`",
            "\"\"\"a\"\"\"",
            // invalid UTF-8
            "\"\u00ff\"",
            "\"\u0080\"",
            "\"\u00c0\u00af\"",
            "\"\u00e0\u0080\u00af\"",
            "\"\u00ed\u00a0\u0080\"",
            "\"\u00c3\"",
            "\"\u00f4\u0090\u0080\u0080\"",
            "\"\u00f8\u0088\u0080\u0080\u0080\"",
            "\"\u00e2\u0082\"",
            "\"\u00fe\u00ff\"",
            // whitespace and structure
            "",
            " ",
            "\u000c1",
            "\u000b1",
            "\u00c2\u00a01",
            "\u00e2\u0081\u00a01",
            "\u00ef\u00bb\u00bf1",
            "\u00ef\u00bb\u00bf",
            "<.>",
            "*",
            "{\"\":",
            "1]",
            "{\"x\":true,",
            "[]x",
            "{}}",
            "{\"asd\":\"asd\"",
            "{\"a\":true} \"x\"",
            "1 2",
            "\0",
            "{}{}",
            "{}\0",
            "{}\u001a",
            ",",
            ":",
            "//c\n1",
            "/*c*/1",
            "#c\n1",
            "\u001e1",
            ")]}',\n{}",
            "/{}/",
            "@",
            "&",
            "$");

    private static UpstreamScript upstream;
    private static GatewayRig rig;

    @BeforeAll
    static void start() {
        upstream = UpstreamScript.answering();
        rig = GatewayRig.before(upstream);
    }

    @AfterAll
    static void stop() {
        rig.close();
        upstream.close();
    }

    @TestFactory
    List<DynamicTest> nothingIsForwarded() {
        assertThat(VALUES).hasSizeGreaterThan(188).doesNotHaveDuplicates();
        return PATHS.stream()
                .map(path -> DynamicTest.dynamicTest(path, () -> refuseAll(path)))
                .toList();
    }

    private static void refuseAll(String path) throws Exception {
        int before = upstream.requests().size();
        try (RawClient client = rig.connect()) {
            for (byte[] body : bodies()) {
                RawClient.Response answer =
                        client.send(Requests.post(path, body)).answer();
                assertThat(answer.status())
                        .as(new String(body, StandardCharsets.ISO_8859_1))
                        .isEqualTo(400);
                assertThat(answer.text()).contains("\"error\":{");
            }
            assertThat(client.send(Requests.messages()).answer().status()).isEqualTo(200);
        }
        assertThat(upstream.requests()).hasSize(before + 1);
    }

    private static List<byte[]> bodies() {
        List<byte[]> bodies = new ArrayList<>();
        for (String value : VALUES) {
            bodies.add(value.getBytes(StandardCharsets.ISO_8859_1));
            for (String form :
                    List.of("{\"model\":\"m\",\"x\":%}", "{\"model\":\"m\",\"messages\":[{\"content\":%}]}")) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                int at = form.indexOf('%');
                body.writeBytes(form.substring(0, at).getBytes(StandardCharsets.ISO_8859_1));
                body.writeBytes(value.getBytes(StandardCharsets.ISO_8859_1));
                body.writeBytes(form.substring(at + 1).getBytes(StandardCharsets.ISO_8859_1));
                bodies.add(body.toByteArray());
            }
        }
        return bodies;
    }
}
