package dev.stillgate.loadtests.api;

/** The formats of the provider APIs. */
public final class Wires {
    /** Anthropic Messages. */
    public static final Wire MESSAGES = new MessagesWire();

    /** OpenAI Chat Completions. */
    public static final Wire COMPLETIONS = new CompletionsWire();

    /** OpenAI Responses. */
    public static final Wire RESPONSES = new ResponsesWire();

    private Wires() {}
}
