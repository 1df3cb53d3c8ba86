package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.anthropic.Messages;
import dev.stillgate.proxy.dialect.google.Gemini;
import dev.stillgate.proxy.dialect.openai.ChatCompletions;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.responses.Responses;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The list of the APIs that the gateway reads. */
final class Dialects {
    /** All APIs; the first one of a provider writes the errors of operations that none of them reads. */
    static final List<Dialect> ALL = List.of(new Messages(), new ChatCompletions(), new Responses(), new Gemini());

    /** Reader of responses that are of no API. */
    private static final Dialect OTHER = new ChatCompletions();

    private static final Map<Operation, Dialect> BY_OPERATION = new EnumMap<>(Operation.class);
    private static final Map<Provider, Dialect> BY_PROVIDER = new EnumMap<>(Provider.class);

    static {
        for (Dialect dialect : ALL) {
            dialect.operations().forEach(operation -> BY_OPERATION.put(operation, dialect));
            BY_PROVIDER.putIfAbsent(dialect.provider(), dialect);
        }
    }

    private Dialects() {}

    /** Returns the API of an operation; for one that no API reads, one that finds nothing in its responses. */
    static Dialect of(Operation operation) {
        return BY_OPERATION.getOrDefault(operation, OTHER);
    }

    /** Returns the API that writes the errors of a provider. */
    static Dialect of(Provider provider) {
        return Objects.requireNonNull(BY_PROVIDER.get(provider));
    }
}
