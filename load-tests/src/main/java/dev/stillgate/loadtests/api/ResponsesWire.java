package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.random.Dice;
import java.util.List;

/** OpenAI Responses. */
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
    public boolean storesHistory() {
        return true;
    }

    @Override
    public void tool(JsonBuffer out, Tool tool) {
        out.fill(
                "{'type':'function','name':?,'description':?,'parameters':?}",
                tool.name(),
                tool.description(),
                tool.schema());
    }

    @Override
    public void assistant(JsonBuffer out, ModelReply reply) {
        String separator = "";
        if (reply.hasText()) {
            out.fill(
                    "{'type':'message','id':?,'status':'completed','role':'assistant',"
                            + "'content':[{'type':'output_text','text':?,'annotations':[]}]}",
                    reply.itemId(),
                    reply.text());
            separator = ",";
        }
        for (ToolCall call : reply.calls()) {
            out.raw(separator)
                    .fill(
                            "{'type':'function_call','id':?,'call_id':?,'name':?,'arguments':?,'status':'completed'}",
                            "fc_" + call.id().substring(5),
                            call.id(),
                            call.name(),
                            call.arguments());
            separator = ",";
        }
    }

    @Override
    public void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs) {
        for (int i = 0; i < calls.size(); i++) {
            out.raw(i == 0 ? "" : ",");
            out.fill(
                    "{'type':'function_call_output','call_id':?,'output':?}",
                    calls.get(i).id(),
                    outputs.get(i));
        }
    }

    @Override
    public void request(JsonBuffer out, ModelConversation conversation, RequestParameters sampling) {
        sampling.common(out, "max_output_tokens");
        out.fill(sampling.thinking() ? ",'reasoning':{'effort':'high'}" : "");
        out.fill(conversation.person.isEmpty() ? "" : ",'safety_identifier':?", conversation.person);
        if (conversation.system.length > 0) {
            out.raw(",\"instructions\":").raw(conversation.system);
        }
        if (conversation.chained && conversation.previous != null) {
            out.fill(",'previous_response_id':?", conversation.previous);
        }
        out.raw(conversation.tools.written(this))
                .raw(",\"input\":[")
                .raw(conversation.messages)
                .raw("]}");
    }

    @Override
    public void response(JsonBuffer out, ModelReply reply, RequestParameters sampling, int inputTokens, long seconds) {
        out.fill(
                "{'id':?,'object':'response','created_at':?,'status':'completed','model':?,'output':[",
                reply.id(),
                seconds,
                sampling.model());
        assistant(out, reply);
        int output = reply.tokens();
        out.fill(
                "],'usage':{'input_tokens':?,'output_tokens':?,'total_tokens':?}}",
                inputTokens,
                output,
                (long) inputTokens + output);
    }

    @Override
    public void error(JsonBuffer out, int status) {
        CompletionsWire.openAiError(out, status);
    }
}
