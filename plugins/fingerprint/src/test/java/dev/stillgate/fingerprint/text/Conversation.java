package dev.stillgate.fingerprint.text;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prompt of several turns, as the engine would have parsed it. */
final class Conversation implements BodyView.Chat {
    private record Part(int message, String role, BodyView.PartKind kind, CharSequence text) {}

    private final List<Part> parts = new ArrayList<>();
    private final List<String> tools = new ArrayList<>();
    private @Nullable CharSequence system;
    private int messages;

    static Conversation of(CharSequence user) {
        return new Conversation().user(user);
    }

    Conversation user(CharSequence... texts) {
        return message("user", BodyView.PartKind.TEXT, texts);
    }

    Conversation assistant(CharSequence... texts) {
        return message("assistant", BodyView.PartKind.TEXT, texts);
    }

    Conversation result(CharSequence... texts) {
        return message("user", BodyView.PartKind.TOOL_RESULT, texts);
    }

    Conversation message(String role, BodyView.PartKind kind, CharSequence... texts) {
        for (CharSequence text : texts) {
            parts.add(new Part(messages, role, kind, text));
        }
        messages++;
        return this;
    }

    Conversation system(CharSequence text) {
        system = text;
        return this;
    }

    Conversation tools(String... names) {
        tools.addAll(List.of(names));
        return this;
    }

    @Override
    public Provider provider() {
        return Provider.ANTHROPIC;
    }

    @Override
    public @Nullable String model() {
        return "model-1";
    }

    @Override
    public boolean stream() {
        return false;
    }

    @Override
    public boolean streamUsage() {
        return false;
    }

    @Override
    public long maxTokens() {
        return ABSENT;
    }

    @Override
    public long choices() {
        return 1;
    }

    @Override
    public boolean logprobs() {
        return false;
    }

    @Override
    public boolean structuredOutput() {
        return false;
    }

    @Override
    public boolean thinking() {
        return false;
    }

    @Override
    public boolean background() {
        return false;
    }

    @Override
    public double temperature() {
        return Double.NaN;
    }

    @Override
    public double topP() {
        return Double.NaN;
    }

    @Override
    public @Nullable String previousResponse() {
        return null;
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
    public void parts(BodyView.PartVisitor visitor) {
        for (Part part : parts) {
            if (!visitor.part(part.message, part.role, part.kind, null, part.text)) {
                return;
            }
        }
    }

    @Override
    public int bytes() {
        return 1;
    }

    @Override
    public long inputTokens() {
        return 1;
    }

    @Override
    public boolean marksCache() {
        return false;
    }
}
