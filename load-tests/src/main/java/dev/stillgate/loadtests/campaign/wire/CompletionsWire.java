package dev.stillgate.loadtests.campaign.wire;

import dev.stillgate.loadtests.campaign.draw.Dice;
import java.util.List;

/** OpenAI's Chat Completions API. */
final class CompletionsWire implements Wire {
    @Override
    public String path() {
        return "/v1/chat/completions";
    }

    @Override
    public String replyId(Dice dice) {
        return "chatcmpl-" + dice.token(28);
    }

    @Override
    public String itemId(Dice dice) {
        return "";
    }

    @Override
    public String callId(Dice dice) {
        return "call_" + dice.token(24);
    }

    @Override
    public void tool(JsonBuffer out, Tool tool) {
        out.raw("{\"type\":\"function\",\"function\":{\"name\":").string(tool.name());
        out.raw(",\"description\":").string(tool.description()).raw(",\"parameters\":");
        tool.schema(out);
        out.raw("}}");
    }

    @Override
    public void user(JsonBuffer out, JsonBuffer quoted) {
        out.raw("{\"role\":\"user\",\"content\":").raw(quoted).raw("}");
    }

    @Override
    public void assistant(JsonBuffer out, Reply reply) {
        out.raw("{\"role\":\"assistant\",\"content\":");
        message(out, reply);
        out.raw("}");
    }

    private static void message(JsonBuffer out, Reply reply) {
        if (reply.hasText()) {
            out.raw(reply.text());
        } else {
            out.raw("null");
        }
        for (int i = 0; i < reply.calls().size(); i++) {
            ToolCall call = reply.calls().get(i);
            out.raw(i == 0 ? ",\"tool_calls\":[" : ",").raw("{\"id\":").string(call.id());
            out.raw(",\"type\":\"function\",\"function\":{\"name\":").string(call.name());
            out.raw(",\"arguments\":").string(call.arguments()).raw("}}");
        }
        out.raw(reply.calls().isEmpty() ? "" : "]");
    }

    @Override
    public void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs) {
        for (int i = 0; i < calls.size(); i++) {
            out.raw(i == 0 ? "" : ",")
                    .raw("{\"role\":\"tool\",\"tool_call_id\":")
                    .string(calls.get(i).id());
            out.raw(",\"content\":").string(outputs.get(i)).raw("}");
        }
    }

    @Override
    public void request(JsonBuffer out, Conversation conversation, Sampling sampling) {
        sampling.common(out, "max_completion_tokens");
        if (sampling.stream()) {
            out.raw(",\"stream_options\":{\"include_usage\":true}");
        }
        if (sampling.n() > 1) {
            out.raw(",\"n\":").number(sampling.n());
        }
        if (sampling.thinking()) {
            out.raw(",\"reasoning_effort\":\"high\"");
        }
        if (sampling.json()) {
            out.raw(",\"response_format\":{\"type\":\"json_object\"}");
        }
        out.raw(conversation.tools.written(this)).raw(",\"messages\":[");
        if (conversation.system.length > 0) {
            out.raw("{\"role\":\"system\",\"content\":")
                    .raw(conversation.system)
                    .raw("},");
        }
        out.raw(conversation.messages).raw("]}");
    }

    @Override
    public void response(JsonBuffer out, Reply reply, Sampling sampling, int inputTokens, long seconds) {
        out.raw("{\"id\":")
                .string(reply.id())
                .raw(",\"object\":\"chat.completion\",\"created\":")
                .number(seconds);
        out.raw(",\"model\":").string(sampling.model()).raw(",\"choices\":[");
        int choices = Math.max(1, sampling.n());
        for (int i = 0; i < choices; i++) {
            out.raw(i == 0 ? "" : ",")
                    .raw("{\"index\":")
                    .number(i)
                    .raw(",\"message\":{\"role\":\"assistant\",\"content\":");
            message(out, reply);
            out.raw("},\"finish_reason\":").raw(reply.calls().isEmpty() ? "\"stop\"}" : "\"tool_calls\"}");
        }
        int output = reply.tokens() * choices;
        out.raw("],\"usage\":{\"prompt_tokens\":")
                .number(inputTokens)
                .raw(",\"completion_tokens\":")
                .number(output);
        out.raw(",\"total_tokens\":").number((long) inputTokens + output).raw("}}");
    }

    @Override
    public void error(JsonBuffer out, int status) {
        openAiError(out, status);
    }

    static void openAiError(JsonBuffer out, int status) {
        String type = status == 429 ? "tokens" : status >= 500 ? "server_error" : "invalid_request_error";
        out.raw("{\"error\":{\"message\":\"This request was not answered.\",\"type\":")
                .string(type);
        out.raw(",\"param\":null,\"code\":null}}");
    }
}
