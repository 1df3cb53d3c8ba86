package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.random.Dice;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Anthropic Messages. */
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
    public String callId(Dice dice) {
        return "toolu_01" + dice.token(22);
    }

    @Override
    public void tool(JsonBuffer out, Tool tool) {
        out.fill("{'name':?,'description':?,'input_schema':?}", tool.name(), tool.description(), tool.schema());
    }

    @Override
    public void assistant(JsonBuffer out, ModelReply reply) {
        out.raw("{\"role\":\"assistant\",\"content\":");
        if (reply.thinking() == null && reply.calls().isEmpty()) {
            out.raw(reply.text());
        } else {
            content(out, reply);
        }
        out.raw("}");
    }

    private static void content(JsonBuffer out, ModelReply reply) {
        String separator = "[";
        if (reply.thinking() != null) {
            out.fill("[{'type':'thinking','thinking':?,'signature':?}", reply.thinking(), reply.signature());
            separator = ",";
        }
        if (reply.hasText()) {
            out.raw(separator).fill("{'type':'text','text':?}", reply.text());
            separator = ",";
        }
        for (ToolCall call : reply.calls()) {
            out.raw(separator).fill("{'type':'tool_use','id':?,'name':?,'input':", call.id(), call.name());
            out.raw(call.arguments().getBytes(StandardCharsets.UTF_8)).raw("}");
            separator = ",";
        }
        out.raw("]");
    }

    @Override
    public void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs) {
        out.raw("{\"role\":\"user\",\"content\":");
        for (int i = 0; i < calls.size(); i++) {
            out.raw(i == 0 ? "[" : ",");
            out.fill(
                    "{'type':'tool_result','tool_use_id':?,'content':?}",
                    calls.get(i).id(),
                    outputs.get(i));
        }
        out.raw("]}");
    }

    @Override
    public void request(JsonBuffer out, ModelConversation conversation, RequestParameters sampling) {
        sampling.common(out, "max_tokens");
        out.fill(sampling.thinking() ? ",'thinking':{'type':'enabled','budget_tokens':?}" : "", THINKING_BUDGET);
        out.fill(conversation.person.isEmpty() ? "" : ",'metadata':{'user_id':?}", conversation.person);
        if (conversation.system.length > 0) {
            out.raw(",\"system\":").raw(conversation.system);
        }
        out.raw(conversation.tools.written(this));
        out.raw(",\"messages\":[").raw(conversation.messages).raw("]}");
    }

    @Override
    public void response(JsonBuffer out, ModelReply reply, RequestParameters sampling, int inputTokens, long seconds) {
        out.fill("{'id':?,'type':'message','role':'assistant','model':?,'content':", reply.id(), sampling.model());
        content(out, reply);
        out.fill(
                ",'stop_reason':?,'stop_sequence':null,'usage':{'input_tokens':?,'output_tokens':?}}",
                reply.calls().isEmpty() ? "end_turn" : "tool_use",
                inputTokens,
                reply.tokens());
    }

    @Override
    public void error(JsonBuffer out, int status) {
        String type = status == 429 ? "rate_limit_error" : status == 529 ? "overloaded_error" : "invalid_request_error";
        out.fill("{'type':'error','error':{'type':?,'message':'This request was not answered.'}}", type);
    }
}
