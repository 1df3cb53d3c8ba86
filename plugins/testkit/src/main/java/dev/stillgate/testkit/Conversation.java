package dev.stillgate.testkit;

import dev.stillgate.spi.BodyView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prompt of several messages, as parsed by the engine. */
public final class Conversation implements PlainChat {
    private record Part(int message, String role, BodyView.PartKind kind, CharSequence text) {}

    private final List<Part> parts = new ArrayList<>();
    private final List<String> tools = new ArrayList<>();
    private @Nullable CharSequence system;
    private boolean structured;
    private boolean prediction;
    private boolean logprobs;
    private boolean thinking;
    private boolean stream;
    private int messages;
    private @Nullable String previous;
    private @Nullable String person;

    /** Returns a conversation that starts with a user message. */
    public static Conversation of(CharSequence user) {
        return new Conversation().user(user);
    }

    public Conversation user(CharSequence... texts) {
        return message("user", BodyView.PartKind.TEXT, texts);
    }

    public Conversation assistant(CharSequence... texts) {
        return message("assistant", BodyView.PartKind.TEXT, texts);
    }

    public Conversation result(CharSequence... texts) {
        return message("user", BodyView.PartKind.TOOL_RESULT, texts);
    }

    /** Adds a message with a number of parts. */
    public Conversation message(String role, BodyView.PartKind kind, CharSequence... texts) {
        for (CharSequence text : texts) {
            parts.add(new Part(messages, role, kind, text));
        }
        messages++;
        return this;
    }

    public Conversation system(CharSequence text) {
        system = text;
        return this;
    }

    public Conversation tools(String... names) {
        tools.addAll(List.of(names));
        return this;
    }

    /** Requests structured output. */
    public Conversation structured() {
        structured = true;
        return this;
    }

    /** Predicts the text of the response. */
    public Conversation withPrediction() {
        prediction = true;
        return this;
    }

    public Conversation withLogprobs() {
        logprobs = true;
        return this;
    }

    public Conversation withThinking() {
        thinking = true;
        return this;
    }

    public Conversation streamed() {
        stream = true;
        return this;
    }

    /** Continues a response that the provider stores. */
    public Conversation continues(String answerId) {
        previous = answerId;
        return this;
    }

    /** Names the person who asks. */
    public Conversation by(String id) {
        person = id;
        return this;
    }

    @Override
    public @Nullable String endUser() {
        return person;
    }

    @Override
    public @Nullable String person() {
        return person;
    }

    @Override
    public @Nullable String previousResponse() {
        return previous;
    }

    @Override
    public boolean logprobs() {
        return logprobs;
    }

    @Override
    public boolean prediction() {
        return prediction;
    }

    @Override
    public boolean structuredOutput() {
        return structured;
    }

    @Override
    public boolean thinking() {
        return thinking;
    }

    @Override
    public boolean stream() {
        return stream;
    }

    @Override
    public @Nullable CharSequence system() {
        return system;
    }

    @Override
    public List<String> toolNames() {
        return tools;
    }

    @Override
    public int messageCount() {
        return messages;
    }

    @Override
    public void parts(int firstMessage, BodyView.PartVisitor visitor) {
        for (Part part : parts) {
            if (part.message >= firstMessage && !visitor.part(part.message, part.role, part.kind, null, part.text)) {
                return;
            }
        }
    }

    @Override
    public int bytes() {
        return 1;
    }
}
