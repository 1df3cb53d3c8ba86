package dev.stillgate.testkit;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Base of prompts with default values, for fakes that override a few. */
interface PlainChat extends BodyView.Chat {
    @Override
    default Provider provider() {
        return FakeExchange.PROVIDER;
    }

    @Override
    default @Nullable String model() {
        return "model-1";
    }

    @Override
    default boolean stream() {
        return false;
    }

    @Override
    default boolean streamUsage() {
        return false;
    }

    @Override
    default long maxTokens() {
        return ABSENT;
    }

    @Override
    default long choices() {
        return 1;
    }

    @Override
    default boolean logprobs() {
        return false;
    }

    @Override
    default boolean structuredOutput() {
        return false;
    }

    @Override
    default boolean thinking() {
        return false;
    }

    @Override
    default boolean background() {
        return false;
    }

    @Override
    default double temperature() {
        return Double.NaN;
    }

    @Override
    default double topP() {
        return Double.NaN;
    }

    @Override
    default @Nullable String previousResponse() {
        return null;
    }

    @Override
    default boolean needsStored() {
        return previousResponse() != null;
    }

    @Override
    default @Nullable CharSequence system() {
        return null;
    }

    @Override
    default List<String> toolNames() {
        return List.of();
    }

    @Override
    default long inputTokens() {
        return 1;
    }

    @Override
    default boolean marksCache() {
        return false;
    }
}
