package dev.stillgate.proxy.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Responses of the three dialects with a long text, code, thinking and a tool call, as documents and streams. */
public final class LongResponses {
    public static final String LONG = "The staircase at Bingley has five rises, \\\"built\\\" in 1774.\\n\\n"
            + "It lifts boats \\u0031\\u0038 metres \\ud83e\\udd89 and é日本 🦉 goes on for a while after that.\\n";
    public static final String CODE = "```java\\nint a = 1;\\n```\\n";

    private LongResponses() {}

    /**
     * Returns a Messages response with two texts, thinking and a tool call; as a stream if {@code size} is positive.
     */
    public static String messages(int size) {
        List<String> pieces = pieces(LONG + CODE, size);
        if (size == 0) {
            return "{\"id\":\"msg_1\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"c2ln/+==\"},"
                    + "{\"type\":\"text\",\"text\":\"" + LONG + CODE + "\"},"
                    + "{\"type\":\"text\",\"text\":\"Short.\"},"
                    + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"t\",\"input\":{\"a\":\"b\\nc\"}}]}";
        }
        return event("{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"content\":[]}}")
                + block("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
                + delta("\"thinking\":\"hm\"")
                + delta("\"signature\":\"c2ln/+==\"")
                + block("{\"type\":\"text\",\"text\":\"\"}")
                + pieces.stream().map(p -> delta("\"text\":\"" + p + "\"")).collect(Collectors.joining())
                + block("{\"type\":\"text\",\"text\":\"\"}")
                + delta("\"text\":\"Short.\"")
                + block("{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"t\",\"input\":{}}")
                + delta("\"partial_json\":\"{\\\"a\\\":\"")
                + delta("\"partial_json\":\"\\\"b_c\\\"}\"")
                + event("{\"type\":\"message_stop\"}");
    }

    public static String event(String data) {
        return "data: " + data + "\n\n";
    }

    public static String block(String block) {
        return event("{\"type\":\"content_block_start\",\"index\":0,\"content_block\":" + block + "}");
    }

    private static String delta(String delta) {
        return event("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"x\"," + delta + "}}");
    }

    public static String chat(int size, String before, String behind) {
        String call = "\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"function\":{\"name\":\"t\",\"arguments\":";
        if (size == 0) {
            return "{\"id\":\"chatcmpl-1\",\"choices\":[{" + before + "\"message\":{\"content\":\"" + LONG + CODE
                    + "\"," + call + "\"{}\"}}]}" + behind + "}]}";
        }
        return pieces(LONG + CODE, size).stream()
                        .map(p -> event(
                                "{\"choices\":[{" + before + "\"delta\":{\"content\":\"" + p + "\"}" + behind + "}]}"))
                        .collect(Collectors.joining())
                + event("{\"choices\":[{" + before + "\"delta\":{" + call + "\"{\"}}]}" + behind + "}]}")
                + event("{\"choices\":[{" + before + "\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\","
                        + "\"function\":{\"arguments\":\"}\"}}]}" + behind + "}]}")
                + event("[DONE]");
    }

    public static String responses(int size, boolean typeFirst) {
        String text = LONG + CODE;
        String reasoning = "\"id\":\"rs_1\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"s\"}],"
                + "\"content\":[{\"text\":\"thought\",\"type\":\"reasoning_text\"}],\"encrypted_content\":";
        String call =
                "{\"id\":\"fc_1\",\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"t\",\"arguments\":";
        if (size == 0) {
            return "{\"id\":\"resp_1\",\"output\":[{\"type\":\"reasoning\"," + reasoning + "\"c2VhbA==\"},"
                    + "{\"type\":\"message\",\"role\":\"assistant\",\"id\":\"msg_1\",\"content\":[{\"type\":\"output_text\",\"text\":\""
                    + text + "\"}]}," + call + "\"{}\"},{\"id\":\"ws_1\",\"type\":\"web_search_call\"}]}";
        }
        StringBuilder all = new StringBuilder();
        all.append(typed(typeFirst, "response.created", "\"response\":{\"id\":\"resp_1\",\"output\":[]}"));
        item(all, typeFirst, "{\"type\":\"reasoning\"," + reasoning + "\"half\"}", "added");
        all.append(typed(typeFirst, "response.reasoning_text.delta", "\"delta\":\"thought\""));
        item(all, typeFirst, "{\"type\":\"reasoning\"," + reasoning + "\"c2VhbA==\"}", "done");
        item(all, typeFirst, "{\"type\":\"message\",\"id\":\"msg_1\",\"content\":[]}", "added");
        all.append(typed(typeFirst, "response.content_part.added", "\"part\":{\"text\":\"\"}"));
        for (String piece : pieces(text, size)) {
            all.append(typed(typeFirst, "response.output_text.delta", "\"delta\":\"" + piece + "\""));
        }
        all.append(typed(typeFirst, "response.output_text.done", "\"text\":\"" + text + "\""));
        item(all, typeFirst, "{\"type\":\"message\",\"id\":\"msg_1\"}", "done");
        item(all, typeFirst, call + "\"\"}", "added");
        all.append(typed(typeFirst, "response.function_call_arguments.delta", "\"delta\":\"{}\""));
        item(all, typeFirst, call + "\"{}\"}", "done");
        item(all, typeFirst, "{\"id\":\"ws_1\",\"type\":\"web_search_call\"}", "added");
        item(all, typeFirst, "{\"id\":\"ws_1\",\"type\":\"web_search_call\"}", "done");
        all.append(typed(typeFirst, "response.completed", "\"response\":{\"id\":\"resp_1\"}"));
        return all.toString();
    }

    private static void item(StringBuilder all, boolean typeFirst, String item, String what) {
        all.append(typed(typeFirst, "response.output_item." + what, "\"item\":" + item));
    }

    private static String typed(boolean first, String type, String fields) {
        String typed = "\"type\":\"" + type + "\"";
        return event("{" + (first ? typed + "," + fields : fields + "," + typed) + "}");
    }

    /** Splits raw JSON string content between escapes, because each event must be valid JSON. */
    private static List<String> pieces(String escaped, int size) {
        List<String> pieces = new ArrayList<>();
        for (int p = 0; size > 0 && p < escaped.length(); ) {
            int end = p;
            for (int i = 0; i < size && end < escaped.length(); i++) {
                end += escaped.startsWith("\\ud8", end)
                        ? 12
                        : escaped.startsWith("\\u", end)
                                ? 6
                                : escaped.charAt(end) == '\\' || Character.isHighSurrogate(escaped.charAt(end)) ? 2 : 1;
            }
            pieces.add(escaped.substring(p, end));
            p = end;
        }
        return pieces;
    }

    public static String plain(String escaped) {
        return Fixtures.read("\"" + escaped + "\"").asText();
    }
}
