package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.stream.ResponseEnding;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ProviderVerdict.Kind;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a provider's own judgement is read from documents and streams of all dialects, split at any byte. */
class ProviderVerdictTest {
    private static UsageReader read(Operation operation, boolean sse, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        UsageReader whole = new UsageReader().reset(operation, sse);
        whole.feed(bytes, 0, bytes.length);
        UsageReader pieces = new UsageReader().reset(operation, sse);
        for (int i = 0; i < bytes.length; i++) {
            pieces.feed(bytes, i, 1);
        }
        assertThat(pieces.verdict()).isEqualTo(whole.verdict());
        assertThat(pieces.finishReason()).isEqualTo(whole.finishReason());
        assertThat(pieces.model()).isEqualTo(whole.model());
        return whole;
    }

    private static void assertJudged(UsageReader reader, Kind kind, @Nullable String category, String reason) {
        assertThat(reader.verdict()).isEqualTo(new ProviderVerdict(kind, category));
        assertThat(reader.finishReason()).isEqualTo(reason);
    }

    private static String message(String content, String end) {
        return "{\"id\":\"msg_1\",\"type\":\"message\",\"model\":\"claude-a\",\"content\":[" + content + "]," + end
                + ",\"usage\":{\"input_tokens\":3,\"output_tokens\":7}}";
    }

    private static String messageStream(String block, String delta) {
        return "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":"
                + "\"claude-a\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}"
                + "\n\n" + block + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{" + delta
                + "},\"usage\":{\"output_tokens\":7}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"reasoning_extraction", "frontier_llm", "cyber", "bio", "general_harms", "new_one"})
    void refusalOfMessagesHasItsCategory(String category) {
        String end = "\"stop_reason\":\"refusal\",\"stop_sequence\":null,\"stop_details\":{\"type\":\"refusal\","
                + "\"category\":\"" + category + "\",\"explanation\":\"No.\"}";
        assertJudged(read(Operation.MESSAGES, false, message("", end)), Kind.REFUSAL, category, "refusal");
        assertJudged(read(Operation.MESSAGES, true, messageStream("", end)), Kind.REFUSAL, category, "refusal");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"stop_details\":null,", "", "\"stop_details\":{\"category\":null},", "\"stop_details\":7,"})
    void categoryMayBeAbsent(String details) {
        String end = details + "\"stop_reason\":\"refusal\"";
        assertJudged(read(Operation.MESSAGES, false, message("", end)), Kind.REFUSAL, null, "refusal");
        assertJudged(read(Operation.MESSAGES, true, messageStream("", end)), Kind.REFUSAL, null, "refusal");
    }

    @Test
    void usualEndIsNoJudgement() {
        for (String reason : new String[] {"end_turn", "max_tokens", "tool_use", "pause_turn"}) {
            String end = "\"stop_reason\":\"" + reason + "\"";
            String text = "{\"type\":\"text\",\"text\":\"\\\"stop_reason\\\":\\\"refusal\\\"\"}";
            assertJudged(read(Operation.MESSAGES, false, message(text, end)), Kind.NONE, null, reason);
            assertJudged(read(Operation.MESSAGES, true, messageStream("", end)), Kind.NONE, null, reason);
        }
        assertThat(new UsageReader().reset(Operation.MESSAGES, false).finishReason())
                .isNull();
        assertThat(new UsageReader().verdict()).isSameAs(ProviderVerdict.NONE);
    }

    @Test
    void toolInputIsNotRead() {
        String input =
                "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"stop_reason\":\"refusal\",\"to\":"
                        + "{\"model\":\"x\"},\"stop_details\":{\"category\":\"bio\"}}}";
        UsageReader reader = read(Operation.MESSAGES, false, message(input, "\"stop_reason\":\"tool_use\""));
        assertJudged(reader, Kind.NONE, null, "tool_use");
        assertThat(reader.model()).isEqualTo("claude-a");
    }

    @Test
    void fallbackNamesTheModelThatAnswers() {
        String block = "{\"type\":\"fallback\",\"from\":{\"model\":\"claude-a\"},\"to\":{\"model\":\"claude-b\"},"
                + "\"trigger\":{\"type\":\"refusal\",\"category\":\"cyber\"}}";
        String end = "\"stop_reason\":\"end_turn\"";
        UsageReader document = read(Operation.MESSAGES, false, message(block, end));
        assertJudged(document, Kind.FALLBACK, "cyber", "end_turn");
        assertThat(document.model()).isEqualTo("claude-b");
        String start = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                + "\"content_block\":" + block + "}\n\n";
        UsageReader stream = read(Operation.MESSAGES, true, messageStream(start, end));
        assertJudged(stream, Kind.FALLBACK, "cyber", "end_turn");
        assertThat(stream.model()).isEqualTo("claude-b");
        UsageReader refused = read(Operation.MESSAGES, true, messageStream(start, "\"stop_reason\":\"refusal\""));
        assertThat(refused.verdict().kind()).isEqualTo(Kind.REFUSAL);
    }

    private static String choice(String message, @Nullable String reason) {
        return "{\"id\":\"chatcmpl-1\",\"model\":\"gpt\",\"choices\":[{\"index\":0," + message + ",\"finish_reason\":"
                + (reason == null ? "null" : '"' + reason + '"') + "}]}";
    }

    @Test
    void chatCompletionsAreFilteredOrRefused() {
        String plain = "\"message\":{\"content\":\"hi\",\"refusal\":null}";
        assertJudged(read(Operation.CHAT_COMPLETIONS, false, choice(plain, "stop")), Kind.NONE, null, "stop");
        assertJudged(
                read(Operation.CHAT_COMPLETIONS, false, choice(plain, "content_filter")),
                Kind.CONTENT_FILTER,
                null,
                "content_filter");
        String refusal = "\"message\":{\"content\":null,\"refusal\":\"I cannot\"}";
        assertJudged(read(Operation.CHAT_COMPLETIONS, false, choice(refusal, "stop")), Kind.REFUSAL, null, "stop");
        String none = "\"message\":{\"content\":\"a\",\"refusal\":\"\"}";
        assertJudged(read(Operation.CHAT_COMPLETIONS, false, choice(none, "stop")), Kind.NONE, null, "stop");
    }

    @Test
    void chunksAreFilteredOrRefused() {
        String start = "data: " + choice("\"delta\":{\"role\":\"assistant\",\"refusal\":null}", null) + "\n\n";
        String end = "data: [DONE]\n\n";
        String refusal = "data: " + choice("\"delta\":{\"refusal\":\"I\"}", null) + "\n\n";
        String stop = "data: " + choice("\"delta\":{}", "stop") + "\n\n";
        String filter = "data: " + choice("\"delta\":{}", "content_filter") + "\n\n";
        assertJudged(read(Operation.CHAT_COMPLETIONS, true, start + stop + end), Kind.NONE, null, "stop");
        assertJudged(read(Operation.CHAT_COMPLETIONS, true, start + refusal + stop + end), Kind.REFUSAL, null, "stop");
        assertJudged(
                read(Operation.CHAT_COMPLETIONS, true, start + filter + stop + end),
                Kind.CONTENT_FILTER,
                null,
                "content_filter");
    }

    @Test
    void responsesAreFilteredOrRefused() {
        String head = "{\"id\":\"resp_1\",\"model\":\"gpt\",\"status\":";
        String part =
                "\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"I cannot\"}]}]}";
        assertThat(read(Operation.RESPONSES, false, head + "\"completed\"," + part)
                        .verdict()
                        .kind())
                .isEqualTo(Kind.REFUSAL);
        String filtered = head + "\"incomplete\",\"incomplete_details\":{\"reason\":\"content_filter\"},\"output\":[]}";
        assertJudged(read(Operation.RESPONSES, false, filtered), Kind.CONTENT_FILTER, null, "content_filter");
        String full = head + "\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"}}";
        assertJudged(read(Operation.RESPONSES, false, full), Kind.NONE, null, "max_output_tokens");
        String delta = "data: {\"type\":\"response.refusal.delta\",\"delta\":\"I\"}\n\n";
        String completed = "data: {\"type\":\"response.completed\",\"response\":" + head + "\"completed\"}}\n\n";
        assertThat(read(Operation.RESPONSES, true, delta + completed).verdict().kind())
                .isEqualTo(Kind.REFUSAL);
        String incomplete = "data: {\"type\":\"response.incomplete\",\"response\":" + filtered + "}\n\n";
        assertJudged(read(Operation.RESPONSES, true, incomplete), Kind.CONTENT_FILTER, null, "content_filter");
    }

    @Test
    void refusalOfAStreamIsReadFromAnyOfItsEvents() {
        String part = "{\"type\":\"refusal\",\"refusal\":\"I cannot\"}";
        String usual = "{\"type\":\"output_text\",\"text\":\"refusal\"}";
        String end = "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"output\":[{\"type\":"
                + "\"message\",\"content\":[" + usual + "]}],\"usage\":{\"output_tokens\":7}}}";
        String[] refusals = {
            "{\"type\":\"response.refusal.done\",\"refusal\":\"I cannot\"}",
            "{\"type\":\"response.content_part.done\",\"part\":" + part + "}",
            end.replace(usual, usual + "," + part)
        };
        for (String event : refusals) {
            UsageReader reader = read(Operation.RESPONSES, true, "data: " + event + "\n\ndata: " + end + "\n\n");
            assertThat(reader.verdict().kind()).as(event).isEqualTo(Kind.REFUSAL);
        }
        String done = "{\"type\":\"response.content_part.done\",\"part\":" + usual + "}";
        assertThat(read(Operation.RESPONSES, true, "data: " + done + "\n\ndata: " + end + "\n\n")
                        .verdict())
                .isEqualTo(ProviderVerdict.NONE);
    }

    @ParameterizedTest
    @CsvSource({"STORED_CHAT_COMPLETION", "STORED_RESPONSE", "FILE_CONTENT", "MESSAGE_BATCH_RESULTS"})
    void storedResponseIsNotJudgedAgain(Operation operation) {
        String text = choice("\"message\":{\"refusal\":\"I cannot\"}", "content_filter")
                .replace("\n", "");
        String response = text.substring(0, text.length() - 1)
                + ",\"incomplete_details\":{\"reason\":\"content_filter\"},\"stop_reason\":\"refusal\"}";
        assertThat(read(operation, false, response).verdict()).isEqualTo(ProviderVerdict.NONE);
    }

    @Test
    void unknownCategoryIsBoundedAndSafe() {
        String end = "\"stop_reason\":\"refusal\",\"stop_details\":{\"category\":\"<b> \\\"x\\u0007" + "y".repeat(80)
                + "\"}";
        String category =
                read(Operation.MESSAGES, false, message("", end)).verdict().category();
        assertThat(category).hasSize(ResponseEnding.MAX).matches("[A-Za-z0-9._:-]+");
    }

    @Test
    void readerForgetsTheJudgementBefore() {
        UsageReader reader = read(Operation.MESSAGES, false, message("", "\"stop_reason\":\"refusal\""));
        assertThat(reader.reset(Operation.MESSAGES, false).verdict()).isEqualTo(ProviderVerdict.NONE);
        assertThat(reader.finishReason()).isNull();
    }
}
