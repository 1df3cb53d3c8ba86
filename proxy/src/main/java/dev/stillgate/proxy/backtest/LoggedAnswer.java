package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.dialect.KeyedMarks;
import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Usage;
import org.jspecify.annotations.Nullable;

/** Reads what the answer of a line tells, as the gateway does of one that passes. Reusable. */
final class LoggedAnswer {
    private final UsageReader reader = new UsageReader();
    private final @Nullable KeyedMarks marks;
    private boolean read;

    /**
     * A reader of nothing.
     *
     * @param marks makes the marks of what answers are made of; null when nobody asks
     */
    LoggedAnswer(@Nullable KeyedMarks marks) {
        this.marks = marks;
    }

    /** Reads the answer to an exchange; an answer that carries nothing is passed over. */
    LoggedAnswer read(Operation operation, int status, byte[] bytes, int from, int length) {
        read = status < 300 && length > 0 && (operation.carriesAnswers() || operation == Operation.COUNT_TOKENS);
        if (read) {
            reader.reset(operation, false, marks).feed(bytes, from, length);
        }
        return this;
    }

    Usage usage() {
        return read ? reader.usage() : Usage.NONE;
    }

    /** Returns the id that the answer gives itself, or null. */
    @Nullable
    String id() {
        return read ? reader.id() : null;
    }

    /** Returns what the answer was made of; a value of its own, which outlives the answer. */
    AnswerFacts facts() {
        return read ? KeptFacts.of(reader.facts()) : AnswerFacts.NONE;
    }
}
