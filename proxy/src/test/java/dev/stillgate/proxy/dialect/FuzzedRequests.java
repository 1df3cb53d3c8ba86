package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * Generator of hostile request bodies of the three dialects. Keys may be duplicate or escaped, numbers ambiguous and
 * strings invalid; half of the bodies are also damaged byte by byte. Deterministic for a seed.
 */
final class FuzzedRequests {
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1",
            "16",
            "16.0",
            "1.6e1",
            "1E+2",
            "0.5",
            "1e-7",
            "1e400",
            "-1e400",
            "9007199254740993",
            "1e-400",
            "18446744073709551617",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
            "-1",
            "64");
    private static final List<String> BAD_NUMBERS =
            List.of("01", "+1", ".5", "1.", "1e", "0x10", "NaN", "Infinity", "-", "1_0", "--1", "1e+", "\u0661", "1 2");
    private static final List<String> TEXTS = List.of(
            "hi",
            "",
            "Write a test.",
            "\\n\\t\\\"",
            "\\u0041\\u00e9",
            "\\ud83e\\udd89",
            "\u00e9\u4e16\ud83d\ude00",
            "\\u0000",
            "\\/",
            "\\\\u0041",
            "</s>",
            "\u2028",
            "\\ufeff",
            "\ufffe",
            "a\\u0301",
            "model",
            "stream");
    private static final List<String> BAD_TEXTS = List.of(
            "\\ud800",
            "\\udc00x",
            "\\ud800\\u0041",
            "\\u12",
            "\\x41",
            "\n",
            "\t",
            "\0",
            "\\",
            "\\uD83E\\",
            "\"",
            "\u001f");
    private static final List<String> GAPS = List.of("", "", "", " ", "\n", "\t ", "\r\n");
    private static final List<String> BAD_GAPS = List.of("\u00a0", "\ufeff", "\f", "/**/", "//\n", "\u000b", "#");
    private static final List<String> ENDS = List.of("{}", "\0", "]", ",", "}", "\u001a", "null", "\ufeff", "x");

    private final Random random;
    private StringBuilder out = new StringBuilder();

    FuzzedRequests(long seed) {
        random = new Random(seed);
    }

    /** Returns the next body for an operation. */
    byte[] next(Operation operation) {
        out = new StringBuilder();
        if (rarely(200)) {
            out.append('\ufeff');
        }
        switch (operation.label()) {
            case "messages" -> messages();
            case "chat_completions" -> completions();
            default -> responses();
        }
        if (rarely(60)) {
            out.append(pick(ENDS));
        }
        byte[] body = out.toString().getBytes(StandardCharsets.UTF_8);
        if (rarely(100)) {
            body = deep(body);
        }
        return random.nextInt(4) == 0 ? Mutations.mutate(body, random) : body;
    }

    /** Nests the body in arrays in a field of another one, close to the depth limit or beyond. */
    private byte[] deep(byte[] body) {
        int depth = 50 + random.nextInt(30);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(("{\"model\":\"deep\",\"x\":" + "[".repeat(depth)).getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        all.writeBytes(("]".repeat(depth) + "}").getBytes(StandardCharsets.US_ASCII));
        return all.toByteArray();
    }

    private void messages() {
        object(
                member("model", this::text),
                member("max_tokens", this::number),
                member("stream", this::flag),
                member("temperature", this::number),
                member("top_p", this::number),
                member("system", this::content),
                member("messages", this::turns),
                member("tools", this::tools));
    }

    private void completions() {
        object(
                member("model", this::text),
                member("max_completion_tokens", this::number),
                member("max_tokens", this::number),
                member("n", this::number),
                member("stream", this::flag),
                member("temperature", this::number),
                member("messages", this::turns),
                member("tools", this::functions));
    }

    private void responses() {
        object(
                member("model", this::text),
                member("max_output_tokens", this::number),
                member("stream", this::flag),
                member("top_p", this::number),
                member("previous_response_id", this::text),
                member("instructions", this::text),
                member("input", random.nextBoolean() ? this::text : this::turns),
                member("tools", this::tools));
    }

    private record Member(String name, Runnable value) {}

    private static Member member(String name, Runnable value) {
        return new Member(name, value);
    }

    private void object(Member... members) {
        out.append('{');
        gap();
        int written = 0;
        for (Member member : members) {
            if (rarely(6)) {
                continue;
            }
            int times = rarely(90) ? 2 : 1;
            for (int i = 0; i < times; i++) {
                comma(written++);
                key(member.name());
                gap();
                out.append(rarely(900) ? "=" : ":");
                gap();
                value(member.value());
            }
        }
        if (rarely(300)) {
            out.append(',');
        }
        gap();
        out.append('}');
    }

    private void comma(int written) {
        if (written > 0) {
            gap();
            out.append(rarely(900) ? " " : ",");
            gap();
        }
    }

    /** Writes a key, sometimes with escapes or in another case. */
    private void key(String name) {
        out.append('"');
        for (int i = 0; i < name.length(); i++) {
            if (rarely(80)) {
                out.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) name.charAt(i)));
            } else {
                out.append(name.charAt(i));
            }
        }
        out.append('"');
    }

    private void value(Runnable usual) {
        if (!rarely(25)) {
            usual.run();
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> number();
            case 1 -> text();
            case 2 -> flag();
            case 3 -> object(member("type", this::text), member("model", this::text));
            default -> out.append("null");
        }
    }

    private void number() {
        out.append(rarely(150) ? pick(BAD_NUMBERS) : pick(NUMBERS));
    }

    private void flag() {
        out.append(rarely(300) ? pick(List.of("True", "tru", "nul", "1")) : random.nextBoolean() ? "true" : "false");
    }

    private void text() {
        out.append('"');
        for (int n = random.nextInt(3); n >= 0; n--) {
            out.append(rarely(250) ? pick(BAD_TEXTS) : pick(TEXTS));
        }
        out.append('"');
    }

    private void turns() {
        array(() -> object(
                member(
                        "role",
                        () -> out.append('"')
                                .append(pick(List.of("user", "assistant", "system", "developer", "\\u0075ser")))
                                .append('"')),
                member("content", this::content)));
    }

    private void content() {
        if (random.nextBoolean()) {
            text();
        } else {
            array(() -> object(member("type", () -> out.append("\"text\"")), member("text", this::text)));
        }
    }

    private void tools() {
        array(() -> object(member("name", this::text), member("input_schema", () -> out.append("{}"))));
    }

    private void functions() {
        array(() -> object(
                member("type", () -> out.append("\"function\"")),
                member("function", () -> object(member("name", this::text)))));
    }

    private void array(Runnable element) {
        out.append('[');
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            comma(i);
            value(element);
        }
        if (rarely(400)) {
            out.append(',');
        }
        gap();
        out.append(']');
    }

    private void gap() {
        out.append(rarely(800) ? pick(BAD_GAPS) : pick(GAPS));
    }

    private boolean rarely(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private String pick(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
