package dev.stillgate.canary;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prompt that can be made to ask for what exempts its answer. */
final class Asked implements BodyView.Chat {
    private final List<Part> parts = new ArrayList<>();
    private boolean structured;
    private boolean logprobs;
    private boolean thinking;
    private List<String> tools = List.of();
    private @Nullable String system;

    private record Part(String role, BodyView.PartKind kind, String text) {}

    static Asked of(String text) {
        return new Asked().part("user", BodyView.PartKind.TEXT, text);
    }

    Asked part(String role, BodyView.PartKind kind, String text) {
        parts.add(new Part(role, kind, text));
        return this;
    }

    Asked structured() {
        structured = true;
        return this;
    }

    Asked withLogprobs() {
        logprobs = true;
        return this;
    }

    Asked withThinking() {
        thinking = true;
        return this;
    }

    Asked withTools(String... names) {
        tools = List.of(names);
        return this;
    }

    Asked withSystem(String text) {
        system = text;
        return this;
    }

    @Override
    public Provider provider() {
        return Provider.ANTHROPIC;
    }

    @Override
    public String model() {
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
        return logprobs;
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
        return parts.size();
    }

    @Override
    public void parts(BodyView.PartVisitor visitor) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (!visitor.part(i, part.role, part.kind, null, part.text)) {
                return;
            }
        }
    }

    @Override
    public int bytes() {
        return 100;
    }

    @Override
    public long inputTokens() {
        return 20;
    }

    @Override
    public boolean marksCache() {
        return false;
    }
}
