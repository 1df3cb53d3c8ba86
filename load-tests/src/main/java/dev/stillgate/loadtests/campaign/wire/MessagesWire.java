package dev.stillgate.loadtests.campaign.wire;

import dev.stillgate.loadtests.campaign.draw.Dice;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Anthropic's Messages API. */
final class MessagesWire implements Wire {
    private static final int THINKING_BUDGET = 2048;

    @Override
    public String path() {
        return "/v1/messages";
    }

    @Override
    public String replyId(Dice dice) {
        return "msg_01" + dice.token(22);
    }

    @Override
    public String itemId(Dice dice) {
        return "";
    }

    @Override
    public String callId(Dice dice) {
        return "toolu_01" + dice.token(22);
    }

    @Override
    public void tool(JsonBuffer out, Tool tool) {
        out.raw("{\"name\":").string(tool.name()).raw(",\"description\":").string(tool.description());
        out.raw(",\"input_schema\":");
        tool.schema(out);
        out.raw("}");
    }

    @Override
    public void user(JsonBuffer out, JsonBuffer quoted) {
        out.raw("{\"role\":\"user\",\"content\":").raw(quoted).raw("}");
    }

    @Override
    public void assistant(JsonBuffer out, Reply reply) {
        out.raw("{\"role\":\"assistant\",\"content\":");
        if (reply.thinking() == null && reply.calls().isEmpty()) {
            out.raw(reply.text());
        } else {
            content(out, reply);
        }
        out.raw("}");
    }

    private static void content(JsonBuffer out, Reply reply) {
        String separator = "[";
        if (reply.thinking() != null) {
            out.raw("[{\"type\":\"thinking\",\"thinking\":")
                    .string(reply.thinking())
                    .raw(",\"signature\":");
            out.string(reply.signature()).raw("}");
            separator = ",";
        }
        if (reply.hasText()) {
            out.raw(separator)
                    .raw("{\"type\":\"text\",\"text\":")
                    .raw(reply.text())
                    .raw("}");
            separator = ",";
        }
        for (ToolCall call : reply.calls()) {
            out.raw(separator)
                    .raw("{\"type\":\"tool_use\",\"id\":")
                    .string(call.id())
                    .raw(",\"name\":");
            out.string(call.name())
                    .raw(",\"input\":")
                    .raw(call.arguments().getBytes(StandardCharsets.UTF_8))
                    .raw("}");
            separator = ",";
        }
        out.raw("]");
    }

    @Override
    public void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs) {
        out.raw("{\"role\":\"user\",\"content\":");
        for (int i = 0; i < calls.size(); i++) {
            out.raw(i == 0 ? "[" : ",")
                    .raw("{\"type\":\"tool_result\",\"tool_use_id\":")
                    .string(calls.get(i).id());
            out.raw(",\"content\":").string(outputs.get(i)).raw("}");
        }
        out.raw("]}");
    }

    @Override
    public void request(JsonBuffer out, Conversation conversation, Sampling sampling) {
        sampling.common(out, "max_tokens");
        if (sampling.thinking()) {
            out.raw(",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":")
                    .number(THINKING_BUDGET)
                    .raw("}");
        }
        if (conversation.system.length > 0) {
            out.raw(",\"system\":").raw(conversation.system);
        }
        out.raw(conversation.tools.written(this));
        out.raw(",\"messages\":[").raw(conversation.messages).raw("]}");
    }

    @Override
    public void response(JsonBuffer out, Reply reply, Sampling sampling, int inputTokens, long seconds) {
        out.raw("{\"id\":").string(reply.id()).raw(",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
        out.string(sampling.model()).raw(",\"content\":");
        content(out, reply);
        out.raw(",\"stop_reason\":").raw(reply.calls().isEmpty() ? "\"end_turn\"" : "\"tool_use\"");
        out.raw(",\"stop_sequence\":null,\"usage\":{\"input_tokens\":").number(inputTokens);
        out.raw(",\"output_tokens\":").number(reply.tokens()).raw("}}");
    }

    @Override
    public void error(JsonBuffer out, int status) {
        String type = status == 429 ? "rate_limit_error" : status == 529 ? "overloaded_error" : "invalid_request_error";
        out.raw("{\"type\":\"error\",\"error\":{\"type\":").string(type);
        out.raw(",\"message\":\"This request was not answered.\"}}");
    }
}
