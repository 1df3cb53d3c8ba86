package dev.stillgate.testkit;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Request bodies as parsed by the engine. */
public final class FakeBody {
    private FakeBody() {}

    /** Returns a prompt with one user message and no other field. */
    public static Prompt chat(String text) {
        return new Prompt(FakeExchange.PROVIDER, "model-1", text, false, BodyView.Chat.ABSENT, 1, 1, false, false);
    }

    /** Returns a prompt for a model with a number of input tokens and a limit on output tokens. */
    public static Prompt prompt(String model, long inputTokens, long maxTokens) {
        return chat("Hello").model(model).inputTokens(inputTokens).maxTokens(maxTokens);
    }

    /** Returns a batch of prompts, each with its index as text. */
    public static BodyView.Batch batch(int size) {
        return new Same(size, chat("Hello"));
    }

    /** Returns a batch that repeats a prompt. */
    public static BodyView.Batch batch(int size, Prompt prompt) {
        return new Same(size, prompt);
    }

    private record Same(int size, Prompt prompt) implements BodyView.Batch {
        @Override
        public BodyView.Chat item(int index) {
            if (index < 0 || index >= size) {
                throw new IndexOutOfBoundsException(index);
            }
            return prompt;
        }
    }

    /** A prompt with one user message. */
    public record Prompt(
            Provider provider,
            @Nullable String model,
            String text,
            boolean stream,
            long maxTokens,
            long choices,
            long inputTokens,
            boolean marksCache,
            boolean background)
            implements PlainChat {

        public Prompt provider(Provider whose) {
            return new Prompt(whose, model, text, stream, maxTokens, choices, inputTokens, marksCache, background);
        }

        public Prompt model(@Nullable String name) {
            return new Prompt(provider, name, text, stream, maxTokens, choices, inputTokens, marksCache, background);
        }

        public Prompt inputTokens(long tokens) {
            return new Prompt(provider, model, text, stream, maxTokens, choices, tokens, marksCache, background);
        }

        public Prompt maxTokens(long tokens) {
            return new Prompt(provider, model, text, stream, tokens, choices, inputTokens, marksCache, background);
        }

        public Prompt choices(long n) {
            return new Prompt(provider, model, text, stream, maxTokens, n, inputTokens, marksCache, background);
        }

        /** Returns the prompt with parts marked for the provider's cache. */
        public Prompt cached() {
            return new Prompt(provider, model, text, stream, maxTokens, choices, inputTokens, true, background);
        }

        /** Returns the prompt as a background request. */
        public Prompt later() {
            return new Prompt(provider, model, text, stream, maxTokens, choices, inputTokens, marksCache, true);
        }

        @Override
        public int messageCount() {
            return 1;
        }

        @Override
        public void parts(int firstMessage, BodyView.PartVisitor visitor) {
            if (firstMessage > 0) {
                return;
            }
            visitor.part(0, "user", BodyView.PartKind.TEXT, null, text);
        }

        @Override
        public int bytes() {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
    }
}
