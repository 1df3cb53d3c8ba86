package dev.stillgate.loadtests.campaign.wire;

import dev.stillgate.loadtests.campaign.draw.Dice;
import java.util.List;

/** How one of the providers' APIs writes prompts and answers. */
public sealed interface Wire permits MessagesWire, CompletionsWire, ResponsesWire {
    /** Anthropic Messages. */
    Wire MESSAGES = new MessagesWire();

    /** OpenAI Chat Completions. */
    Wire COMPLETIONS = new CompletionsWire();

    /** OpenAI Responses. */
    Wire RESPONSES = new ResponsesWire();

    /** Returns the path that is posted to. */
    String path();

    /** Returns the id of an answer as the provider would issue it. */
    String replyId(Dice dice);

    /** Returns the id of an answer's text, empty where there is none. */
    String itemId(Dice dice);

    /** Returns the id of a tool call. */
    String callId(Dice dice);

    /** Writes a tool that is offered. */
    void tool(JsonBuffer out, Tool tool);

    /** Writes what the caller says; {@code quoted} is a JSON string. */
    void user(JsonBuffer out, JsonBuffer quoted);

    /** Writes an earlier answer as a client sends it back. */
    void assistant(JsonBuffer out, Reply reply);

    /** Writes what tools gave back. */
    void results(JsonBuffer out, List<ToolCall> calls, List<String> outputs);

    /** Writes a request. */
    void request(JsonBuffer out, Conversation conversation, Sampling sampling);

    /** Writes the answer to it; {@code n} times the same text when several were asked for. */
    void response(JsonBuffer out, Reply reply, Sampling sampling, int inputTokens, long seconds);

    /** Writes an error's body. */
    void error(JsonBuffer out, int status);
}
