package dev.stillgate.loadtests.campaign.wire;

import dev.stillgate.loadtests.campaign.draw.Dice;
import java.util.List;

/** OpenAI's Responses API. */
final class ResponsesWire implements Wire {
    @Override
    public String path() {
        return "/v1/responses";
    }

    @Override
    public String replyId(Dice dice) {
        return "resp_" + dice.hex(48);
    }

    @Override
    public String itemId(Dice dice) {
        return "msg_" + dice.hex(48);
    }

    @Override
    public String callId(Dice dice) {
        return "call_" + dice.token(24);
    }

    @Override
    public void tool(JsonBuffer out, Tool tool) {
        out.raw("{\"type\":\"function\",\"name\":").string(tool.name()).raw(",\"description\":");
        out.string(tool.description()).raw(",\"parameters\":");
        tool.schema(out);
        out.raw("}");
    }

    @Override
    public void user(JsonBuffer out, JsonBuffer quoted) {
        out.raw("{\"role\":\"user\",\"content\":").raw(quoted).raw("}");
    }

    @Override
    public void assistant(JsonBuffer out, Reply reply) {
        items(out, reply);
    }

    private static void items(JsonBuffer out, Reply reply) {
        String separator = "";
        if (reply.hasText()) {
            out.raw("{\"type\":\"message\",\"id\":").string(reply.itemId());
            out.raw(
                    ",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":");
            out.raw(reply.text()).raw(",\"annotations\":[]}]}");
            separator = ",";
        }
        for (ToolCall call : reply.calls()) {
            out.raw(separator)
                    .raw("{\"type\":\"function_call\",\"id\":")
                    .string("fc_" + call.id().substring(5));
            out.raw(",\"call_id\":").string(call.id()).raw(",\"name\":").string(call.name());
            out.raw(",\"arguments\":").string(call.arguments()).raw(",\"status\":\"completed\"}");
            separator = ",";
        }
    }

    @Override
    public void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs) {
        for (int i = 0; i < calls.size(); i++) {
            out.raw(i == 0 ? "" : ",")
                    .raw("{\"type\":\"function_call_output\",\"call_id\":")
                    .string(calls.get(i).id());
            out.raw(",\"output\":").string(outputs.get(i)).raw("}");
        }
    }

    @Override
    public void request(JsonBuffer out, Conversation conversation, Sampling sampling) {
        sampling.common(out, "max_output_tokens");
        if (sampling.thinking()) {
            out.raw(",\"reasoning\":{\"effort\":\"high\"}");
        }
        if (sampling.json()) {
            out.raw(",\"text\":{\"format\":{\"type\":\"json_object\"}}");
        }
        if (conversation.system.length > 0) {
            out.raw(",\"instructions\":").raw(conversation.system);
        }
        if (conversation.chained && conversation.previous != null) {
            out.raw(",\"previous_response_id\":").string(conversation.previous);
        }
        out.raw(conversation.tools.written(this))
                .raw(",\"input\":[")
                .raw(conversation.messages)
                .raw("]}");
    }

    @Override
    public void response(JsonBuffer out, Reply reply, Sampling sampling, int inputTokens, long seconds) {
        out.raw("{\"id\":")
                .string(reply.id())
                .raw(",\"object\":\"response\",\"created_at\":")
                .number(seconds);
        out.raw(",\"status\":\"completed\",\"model\":").string(sampling.model()).raw(",\"output\":[");
        items(out, reply);
        int output = reply.tokens();
        out.raw("],\"usage\":{\"input_tokens\":")
                .number(inputTokens)
                .raw(",\"output_tokens\":")
                .number(output);
        out.raw(",\"total_tokens\":").number((long) inputTokens + output).raw("}}");
    }

    @Override
    public void error(JsonBuffer out, int status) {
        CompletionsWire.openAiError(out, status);
    }
}
