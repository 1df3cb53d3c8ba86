package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static final JsonPaths<String> VALUES = JsonPaths.of(
            JsonPaths.number("n", "n"),
            JsonPaths.shortString("w", "w"),
            JsonPaths.text("t", "t"),
            JsonPaths.json("j", "j"),
            JsonPaths.presence("m", "m"));
    private static final JsonPaths<String> PATHS = JsonPaths.reported(
                    "root",
                    JsonPaths.object("o", VALUES),
                    JsonPaths.object("r", JsonPaths.reported("f", JsonPaths.number("n", "fn"))),
                    JsonPaths.list("l", "list", VALUES),
                    JsonPaths.list("plain", JsonPaths.reported("element", JsonPaths.shortString("w", "ew"))))
            .with(VALUES);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the events, after a check that each split gives the same. */
    private static List<String> events(String document) {
        byte[] bytes = bytes(document);
        List<String> whole = JsonTranscript.of(PATHS, bytes);
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(JsonTranscript.of(PATHS, bytes, cut))
                    .as("split at %d", cut)
                    .isEqualTo(whole);
        }
        int[] all = new int[bytes.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        assertThat(JsonTranscript.of(PATHS, bytes, all)).as("single bytes").isEqualTo(whole);
        return whole;
    }

    /** Returns the events within the root object of a valid document. */
    private static List<String> inside(String document) {
        List<String> events = events(document);
        assertThat(events).startsWith("enter root 0").endsWith("leave root " + bytes(document).length, "done");
        return events.subList(1, events.size() - 2);
    }

    @Test
    void valuesAtKnownPathsAreReported() {
        assertThat(inside(
                        "{\"n\":12,\"x\":3,\"w\":\"a b\",\"o\":{\"n\":4,\"o\":{\"n\":5}},\"l\":[{\"n\":6},7,[{\"n\":8}],"
                                + "\"n\",{\"n\":9}],\"r\":{\"n\":1}}"))
                .containsExactly(
                        "number n 12 5 7",
                        "short w a b",
                        "number n 4 33 34",
                        "enter list 52",
                        "number n 6 58 59",
                        "number n 9 82 83",
                        "leave list 85",
                        "enter f 90",
                        "number fn 1 95 96",
                        "leave f 97");
        assertThat(inside("{\"plain\":[{\"w\":\"1\"} , {}]}"))
                .containsExactly(
                        "enter element 10", "short ew 1", "leave element 19", "enter element 22", "leave element 24");
    }

    @Test
    void valuesOfOtherTypesAreSkipped() {
        assertThat(inside("{\"n\":\"1\",\"w\":1,\"t\":{\"t\":\"a\"},\"j\":1,\"o\":[{\"n\":1}],"
                        + "\"l\":{\"n\":1},\"n\":[1]}"))
                .isEmpty();
    }

    @Test
    void numbersAreWholeAndExact() {
        for (String number : List.of("0", "7", "9007199254740992")) {
            assertThat(inside("{\"n\":" + number + "}"))
                    .containsExactly("number n " + number + " 5 " + (5 + number.length()));
        }
        for (String number : List.of("-1", "1.0", "1e2", "01", "00", "9007199254740993", "12345678901234567", "true")) {
            assertThat(inside("{\"n\":" + number + " }")).as(number).isEmpty();
        }
    }

    @Test
    void wordsAreDecodedAndBounded() {
        assertThat(inside("{\"w\":\"\\u0061\\n\\u00e9\"}")).containsExactly("short w a\n\u00c3\u00a9");
        assertThat(inside("{\"\\u0077\":\"key\"}")).containsExactly("short w key");
        assertThat(inside("{\"w\":\"\"}")).containsExactly("short w ");
        String longest = "x".repeat(JsonShortString.MAX);
        assertThat(inside("{\"w\":\"" + longest + "\"}")).containsExactly("short w " + longest);
        assertThat(inside("{\"w\":\"" + longest + "x\"}")).containsExactly("short w ");
        for (String invalid : List.of("\\x", "\\u12g4", "\\ud800", "\\u12")) {
            assertThat(inside("{\"w\":\"a" + invalid + "\"}")).as(invalid).containsExactly("short w ");
        }
        assertThat(inside("{\"" + "w".repeat(300) + "\":\"a\",\"w\\x\":\"b\"}")).isEmpty();
    }

    @Test
    void textKeepsItsEscapes() {
        assertThat(inside("{\"t\":\"a\\\"b\\u0041\\\\\",\"t\":\"\"}"))
                .containsExactly("begin t \" 6", "text a\\\"b\\u0041\\\\", "end t 18", "begin t \" 25", "end t 25");
        assertThat(inside("{\"t\":\"\u0001\\x\ud83d\ude00\"}")).hasSize(3);
    }

    @Test
    void jsonIsReportedWithTheEndsOfItsStrings() {
        assertThat(inside("{\"j\":{\"a\":[1, \"]}\"]}}"))
                .containsExactly("begin j { 6", "text \"a\"", "end j 8", "text :[1, \"]}\"", "end j 17", "text ]}");
        assertThat(inside("{\"j\":[ ]}")).containsExactly("begin j [ 6", "text  ]");
        assertThat(inside("{\"j\":\"x\"}")).containsExactly("begin j \" 6", "text x", "end j 7");
    }

    @Test
    void marksTellKindAndEmptiness() {
        for (String full : List.of("null", "false", "true", "-5", "\"a\"", "[0]", "[[]]", "{\"\":1}", "[\"\"]")) {
            assertThat(inside("{\"m\":" + full + "}")).as(full).containsExactly("presence m " + full.charAt(0));
        }
        for (String empty : List.of("\"\"", "[]", "{}", "[ ]", "{\n}")) {
            assertThat(inside("{\"m\":" + empty + "}"))
                    .as(empty)
                    .containsExactly("presence m " + empty.charAt(0) + " empty");
        }
    }

    @Test
    void equalKeysAreReportedInTurn() {
        assertThat(inside("{\"n\":1,\"n\":2}")).containsExactly("number n 1 5 6", "number n 2 11 12");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "[]",
                "\"\"",
                "{",
                "{\"n\"}",
                "{\"n\":}",
                "{\"n\":,}",
                "{\"n\" 1}",
                "{\"n\"::1}",
                "{\"n\":1]",
                "{\"n\":1:",
                "{n:1}",
                "{1:1}",
                "{\"o\":{]}",
                "{\"l\":[}]}",
                "{\"l\":[{\"n\":1]}",
                "{\"n\":#}",
                "{\"n\":tr#}",
                "{\"n\":1\u00e9}",
                "{\"x\":[1,2}",
                "{\"t\":\"abc"
            })
    void documentWithErrorIsNeverDone(String document) {
        assertThat(events(document).getLast()).startsWith("incomplete");
        assertThat(events(document + " {}").getLast()).startsWith("incomplete");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{,|n|:1,|l|:[{|n|:2},{|n|:3}]}",
                "{|n|:1,,|l|:[{|n|:2},{|n|:3}]}",
                "{|n|:1 , , |l|:[{|n|:2},{|n|:3}]}",
                "{|n|:1,|l|:[{|n|:2},{|n|:3}],}",
                "{|n|:1|l|:[{|n|:2},{|n|:3}]}",
                "{|n|:1,|l|:[,{|n|:2},{|n|:3}]}",
                "{|n|:1,|l|:[{|n|:2,},{|n|:3}]}",
                "{|n|:1,|l|:[{|n|:2},,{|n|:3}]}",
                "{|n|:1,|l|:[{|n|:2}{|n|:3}]}",
                "{|n|:1,|l|:[{|n|:2},{|n|:3},]}",
                "{|n|:1,|l|:[{|n|:2},7 8,|a||b|,{|n|:3}]}"
            })
    void extraAndMissingCommasLoseNoValue(String document) {
        List<String> events = events(document.replace('|', '"'));
        assertThat(events).last().isEqualTo("done with errors");
        assertThat(events.stream().map(event -> event.replaceAll("[ 0-9]*$", "")))
                .containsExactly(
                        "enter root",
                        "number n",
                        "enter list",
                        "number n",
                        "number n",
                        "leave list",
                        "leave root",
                        "done with errors");
        assertThat(events).anyMatch(event -> event.startsWith("number n 3 "));
    }

    @Test
    void bytesAfterTheDocumentAreReported() {
        assertThat(events("{} \t\r\n")).last().isEqualTo("done");
        assertThat(events("{} x")).last().isEqualTo("ended with errors");
        assertThat(events("{}{\"n\":1}")).last().isEqualTo("ended with errors");
        assertThat(events(" ")).containsExactly("incomplete");
    }

    @Test
    void onlyAByteOrderMarkMayPrecedeTheDocument() {
        assertThat(events("\ufeff {}")).last().isEqualTo("done");
        for (String other : List.of(" \ufeff{}", "\ufeff\ufeff{}", "[DONE]", "x{}")) {
            assertThat(events(other)).as(other).containsExactly("incomplete");
        }
        byte[] incompleteMark = {(byte) 0xef, (byte) 0xbb, '{', '}'};
        for (int cut = 0; cut < incompleteMark.length; cut++) {
            assertThat(JsonTranscript.of(PATHS, incompleteMark, cut)).containsExactly("incomplete");
        }
        assertThat(JsonTranscript.ofLines(PATHS, bytes("\n\ufeff{}"))).containsExactly("incomplete");
    }

    @Test
    void skippedContainersMayBeOfAnyDepth() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThat(JsonTranscript.of(PATHS, bytes("{\"x\":" + deep + ",\"m\":" + deep + "}")))
                .containsExactly("enter root 0", "presence m [", "leave root 400011", "done");
        assertThat(inside("{\"x\":{\"a\" 1,,[}],\"n\":1}"))
                .as("brackets are only counted")
                .containsExactly("number n 1 21 22");
    }

    @Test
    void readingStopsAtLineEnds() {
        JsonTranscript lines = new JsonTranscript();
        JsonReader<String> reader = new JsonReader<>(lines);
        reader.reset(PATHS, true);
        byte[] buf = bytes("{\"n\":1\r\n,\"t\":\"a\nb\"} x\n{\"n\":2}");
        assertThat(reader.read(buf, 0, buf.length)).isEqualTo(6);
        assertThat(lines.events).containsExactly("enter root 0");
        reader.lineEnd(6);
        assertThat(lines.events).last().asString().isEqualTo("number n 1 5 6");
        assertThat(reader.read(buf, 7, buf.length)).isEqualTo(7);
        assertThat(reader.read(buf, 8, buf.length)).isEqualTo(15);
        reader.lineEnd(15);
        assertThat(reader.hasErrors()).as("a string continues").isTrue();
        assertThat(reader.read(buf, 16, buf.length)).isEqualTo(21);
        assertThat(lines.events).last().asString().isEqualTo("leave root 19");
        assertThat(reader.isComplete()).isTrue();
        assertThat(reader.isCompleteWithoutTrailingBytes()).isFalse();
        reader.reset();
        assertThat(reader.isOpen() || reader.hasErrors()).isFalse();
        assertThat(reader.read(buf, 22, buf.length)).isEqualTo(buf.length);
        assertThat(reader.isCompleteWithoutTrailingBytes()).isTrue();
    }

    @Test
    void unfinishedEscapeEndsWithItsDocument() {
        JsonTranscript lines = new JsonTranscript();
        JsonReader<String> reader = new JsonReader<>(lines);
        reader.reset(PATHS, true);
        byte[] buf = bytes("{\"w\":\"a\\\n{\"\":0,\"n\":1}");
        assertThat(reader.read(buf, 0, buf.length)).isEqualTo(8);
        assertThat(reader.isOpen()).isTrue();
        reader.reset();
        reader.read(buf, 9, buf.length);
        assertThat(lines.events).contains("number n 1 19 20");
        assertThat(reader.isCompleteWithoutTrailingBytes()).isTrue();
    }

    @Test
    void arrayIsNotKeptAfterReading() {
        JsonReader<String> reader = new JsonReader<>(new JsonTranscript());
        reader.reset(PATHS, false);
        byte[] buf = bytes("{\"w\":\"a\"}");
        reader.read(buf, 0, buf.length);
        assertThat(reader.string.bytes()).isEmpty();
        reader.reset();
        reader.read(buf, 0, 5);
        assertThat(reader.string.bytes()).isEmpty();
    }

    @Test
    void shortStringsAreReportedOnlyIfNeeded() {
        List<String> found = new ArrayList<>();
        JsonReader<String> reader = new JsonReader<>(new JsonSink<>() {
            @Override
            public boolean needs(String field) {
                return found.isEmpty();
            }

            @Override
            public void shortString(String field, byte[] buf, int from, int to) {
                found.add(JsonTranscript.string(buf, from, to));
            }
        });
        reader.reset(VALUES, false);
        byte[] buf = bytes("{\"w\":\"a\",\"w\":\"b\\n\"}");
        reader.read(buf, 0, buf.length);
        assertThat(found).containsExactly("a");
        assertThat(reader.isComplete()).isTrue();
    }

    @Test
    void pathsAreFollowedToTheirLimit() {
        JsonPaths<String> paths = JsonPaths.of(JsonPaths.list("a", JsonPaths.of(JsonPaths.number("a", "n"))));
        for (int depth = 3; depth < JsonLevels.MAX; depth++) {
            paths = JsonPaths.of(JsonPaths.object("a", paths));
        }
        int objects = JsonLevels.MAX - 2;
        String document = "{\"a\":".repeat(objects) + "[{\"a\":1}]" + "}".repeat(objects);
        assertThat(JsonTranscript.of(paths, bytes(document)))
                .containsExactly("number n 1 " + document.indexOf('1') + " " + document.indexOf("}"), "done");
        JsonPaths<String> tooDeep = JsonPaths.of(JsonPaths.object("a", paths));
        JsonReader<String> reader = new JsonReader<>(new JsonTranscript());
        assertThatIllegalArgumentException().isThrownBy(() -> reader.reset(tooDeep, false));
    }

    @Test
    void skippedContainersMayBeDeeperThanAnInt() {
        JsonReader<String> reader = new JsonReader<>(new JsonTranscript());
        reader.reset(PATHS, false);
        byte[] buf = bytes("{\"x\":[[[]]}");
        reader.read(buf, 0, 6);
        reader.skipped = Integer.MAX_VALUE;
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> reader.read(buf, 6, 9));
        assertThat(reader.skipped).isEqualTo(Integer.MAX_VALUE + 1L);
        reader.skipped = 1;
        reader.read(buf, 9, buf.length);
        assertThat(reader.isComplete()).isTrue();
    }

    @Test
    void openDigitsAreThoseOfAnUnfinishedNumber() {
        JsonReader<String> reader = new JsonReader<>(new JsonTranscript());
        reader.reset(PATHS, false);
        byte[] buf = bytes("{\"n\":123,\"x\":12");
        reader.read(buf, 0, 5);
        assertThat(reader.openDigits()).isZero();
        reader.read(buf, 5, 7);
        assertThat(reader.openDigits()).isEqualTo(2);
        reader.read(buf, 7, buf.length);
        assertThat(reader.openDigits()).as("of an unknown key").isZero();
    }

    @Test
    void randomDocumentsAgreeWithTheTape() {
        Random random = new Random(20261130);
        for (int round = 0; round < 20_000; round++) {
            byte[] document = bytes(object(random, 0));
            byte[] data = new byte[document.length + 2];
            data[0] = (byte) random.nextInt(256);
            data[1] = (byte) random.nextInt(256);
            System.arraycopy(document, 0, data, 2, document.length);
            if (random.nextInt(3) == 0) {
                data[2 + random.nextInt(document.length)] = (byte) (random.nextBoolean() ? '\n' : random.nextInt(128));
            }
            JsonReaderFuzz.fuzzerTestOneInput(data);
        }
    }

    private static String object(Random random, int depth) {
        String[] keys = {"number", "short", "text", "json", "presence", "object", "list", "plain", "other", "te\\u0078t"
        };
        StringBuilder json = new StringBuilder("{");
        int count = random.nextInt(5);
        int first = random.nextInt(keys.length);
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "" : random.nextInt(4) == 0 ? " , " : ",")
                    .append('"')
                    .append(keys[(first + i) % keys.length])
                    .append(random.nextInt(4) == 0 ? "\" : " : "\":")
                    .append(value(random, depth + 1));
        }
        return json.append('}').toString();
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth > 5 ? 6 : 10)) {
            case 0 -> "" + random.nextInt(1000);
            case 1 -> "-" + random.nextInt(10) + ".5e" + random.nextInt(10);
            case 2 -> List.of("true", "false", "null").get(random.nextInt(3));
            case 3 -> "\"\"";
            case 4, 5 -> '"' + "ab\\n\\\"\u00e9\\u0041 x".repeat(random.nextInt(20)) + '"';
            case 6, 7 ->
                "[" + value(random, depth + 1) + (random.nextBoolean() ? "," + object(random, depth + 1) : "") + "]";
            default -> object(random, depth + 1);
        };
    }
}
