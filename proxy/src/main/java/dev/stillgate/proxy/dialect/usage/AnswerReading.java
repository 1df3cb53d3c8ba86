package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.json.KeyedMarks;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer, read from its JSON as it would be in passing: for answers that come from a log. Reusable, by one thread;
 * what it returns is of the answer read last.
 */
public final class AnswerReading {
    private final UsageReader reader = new UsageReader();
    private final KeyedMarks marks;

    /** A reading of nothing; see {@link #read}. */
    public AnswerReading(KeyedMarks marks) {
        this.marks = marks;
        reader.reset(Operation.OPAQUE, false, marks);
    }

    /** Reads an answer, of which nothing is kept. */
    public AnswerReading read(Operation operation, byte[] body) {
        reader.reset(operation, false, marks).feed(body, 0, body.length);
        return this;
    }

    public Usage usage() {
        return reader.usage();
    }

    public AnswerFacts facts() {
        return reader.facts();
    }

    /** Returns the id that the answer gives itself, or null. */
    public @Nullable String id() {
        return reader.id();
    }

    /** Returns the model that the answer names, or null. */
    public @Nullable String model() {
        return reader.model();
    }
}
