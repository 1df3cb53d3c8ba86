package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.random.Dice;
import java.util.List;

/** OpenAI Chat Completions. */
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
    public String callId(Dice dice) {
        return "call_" + dice.token(24);
    }

    @Override
    public void tool(JsonBuffer out, Tool tool) {
        out.fill(
                "{'type':'function','function':{'name':?,'description':?,'parameters':?}}",
                tool.name(),
                tool.description(),
                tool.schema());
    }

    @Override
    public void assistant(JsonBuffer out, ModelReply reply) {
        out.raw("{\"role\":\"assistant\",\"content\":");
        message(out, reply);
        out.raw("}");
    }

    private static void message(JsonBuffer out, ModelReply reply) {
        out.value(reply.hasText() ? reply.text() : null);
        String separator = ",'tool_calls':[";
        for (ToolCall call : reply.calls()) {
            out.fill(
                    separator + "{'id':?,'type':'function','function':{'name':?,'arguments':?}}",
                    call.id(),
                    call.name(),
                    call.arguments());
            separator = ",";
        }
        out.raw(reply.calls().isEmpty() ? "" : "]");
    }

    @Override
    public void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs) {
        for (int i = 0; i < calls.size(); i++) {
            out.raw(i == 0 ? "" : ",");
            out.fill(
                    "{'role':'tool','tool_call_id':?,'content':?}", calls.get(i).id(), outputs.get(i));
        }
    }

    @Override
    public void request(JsonBuffer out, ModelConversation conversation, RequestParameters sampling) {
        sampling.common(out, "max_completion_tokens");
        out.fill(sampling.stream() ? ",'stream_options':{'include_usage':true}" : "");
        out.fill(sampling.thinking() ? ",'reasoning_effort':'high'" : "");
        out.fill(conversation.person.isEmpty() ? "" : ",'user':?", conversation.person);
        out.raw(conversation.tools.written(this)).raw(",\"messages\":[");
        if (conversation.system.length > 0) {
            out.raw("{\"role\":\"system\",\"content\":")
                    .raw(conversation.system)
                    .raw("},");
        }
        out.raw(conversation.messages).raw("]}");
    }

    @Override
    public void response(JsonBuffer out, ModelReply reply, RequestParameters sampling, int inputTokens, long seconds) {
        out.fill(
                "{'id':?,'object':'chat.completion','created':?,'model':?,'choices':[",
                reply.id(),
                seconds,
                sampling.model());
        out.raw("{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
        message(out, reply);
        out.fill("},'finish_reason':?}", reply.calls().isEmpty() ? "stop" : "tool_calls");
        int output = reply.tokens();
        out.fill(
                "],'usage':{'prompt_tokens':?,'completion_tokens':?,'total_tokens':?}}",
                inputTokens,
                output,
                (long) inputTokens + output);
    }

    @Override
    public void error(JsonBuffer out, int status) {
        openAiError(out, status);
    }

    static void openAiError(JsonBuffer out, int status) {
        String type = status == 429 ? "tokens" : status >= 500 ? "server_error" : "invalid_request_error";
        out.fill("{'error':{'message':'This request was not answered.','type':?,'param':null,'code':null}}", type);
    }
}
