package dev.stillgate.loadtests.chaos;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Responses of an upstream for each API, as JSON and as server-sent events. */
enum ApiResponses {
    MESSAGES(
            "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"text\","
                    + "\"text\":\"%s\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":9,\"output_tokens\":99}}",
            "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
                    + "\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}",
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"%s\"}}",
            "{\"type\":\"content_block_stop\",\"index\":0}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":99}}",
            "{\"type\":\"message_stop\"}"),
    COMPLETIONS(
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
                    + "{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],\"usage\":"
                    + "{\"prompt_tokens\":9,\"completion_tokens\":99,\"total_tokens\":108}}",
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,"
                    + "\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}",
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,"
                    + "\"delta\":{},\"finish_reason\":\"stop\"}]}",
            "[DONE]"),
    RESPONSES(
            "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m\",\"output\":[{\"type\":"
                    + "\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":"
                    + "\"output_text\",\"text\":\"%s\",\"annotations\":[]}]}],\"usage\":{\"input_tokens\":9,"
                    + "\"output_tokens\":99,\"total_tokens\":108}}",
            "{\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"
                    + "\"delta\":\"%s\"}",
            "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":"
                    + "\"completed\",\"model\":\"m\",\"output\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":99,"
                    + "\"total_tokens\":108}}}");

    private static final String SENTENCE =
            "It is not easy to say which of the various ways leads to a good result, but you are free to choose. ";

    private final String whole;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> events;

    /** @param events the events of a stream; the one with a placeholder is repeated for each word */
    ApiResponses(String whole, String... events) {
        this.whole = whole;
        this.events = List.of(events);
    }

    /** Returns a whole response of random length. */
    byte[] json(RandomGenerator random) {
        return bytes(String.format(Locale.ROOT, whole, SENTENCE.repeat(1 + random.nextInt(200))));
    }

    /** Returns the events of a complete stream of random length. */
    List<byte[]> events(RandomGenerator random) {
        List<byte[]> all = new ArrayList<>();
        for (String event : events) {
            if (event.contains("%s")) {
                for (String word : SENTENCE.repeat(1 + random.nextInt(12)).split("(?<= )", -1)) {
                    all.add(event(String.format(Locale.ROOT, event, word)));
                }
            } else {
                all.add(event(event));
            }
        }
        return all;
    }

    /** Returns whether a response, JSON or stream, is complete. */
    boolean isComplete(String content) {
        String last = events.getLast();
        String end = last.substring(Math.max(0, last.length() - 40));
        return content.endsWith(end + "\n\n") || content.endsWith(whole.substring(whole.length() - 40));
    }

    private static byte[] event(String data) {
        int type = data.indexOf("\"type\":\"");
        String name = type == 1 ? "event: " + data.substring(9, data.indexOf('"', 9)) + "\n" : "";
        return bytes(name + "data: " + data + "\n\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
