package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.random.Dice;
import java.util.List;

/** The JSON format of one provider API, see {@link Wires}. */
public interface Wire {
    /** Returns the request path. */
    String path();

    /** Returns a new response id in the provider's format. */
    String replyId(Dice dice);

    /** Returns a new id of an output item, empty if the API has none. */
    default String itemId(Dice dice) {
        return "";
    }

    /** Returns a new tool call id. */
    String callId(Dice dice);

    /** Returns whether a request can refer to earlier turns by a response id. */
    default boolean storesHistory() {
        return false;
    }

    /** Writes the definition of a tool. */
    void tool(JsonBuffer out, Tool tool);

    /** Writes a user turn; {@code quoted} is a JSON string. */
    default void user(JsonBuffer out, JsonBuffer quoted) {
        out.raw("{\"role\":\"user\",\"content\":").raw(quoted).raw("}");
    }

    /** Writes an earlier response as part of a later request. */
    void assistant(JsonBuffer out, ModelReply reply);

    /** Writes tool results. */
    void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs);

    /** Writes a request. */
    void request(JsonBuffer out, ModelConversation conversation, RequestParameters sampling);

    /** Writes a response. */
    void response(JsonBuffer out, ModelReply reply, RequestParameters sampling, int inputTokens, long seconds);

    /** Writes an error body. */
    void error(JsonBuffer out, int status);
}
