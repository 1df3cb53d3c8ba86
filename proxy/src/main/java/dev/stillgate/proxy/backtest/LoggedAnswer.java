package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.AnswerTap;
import dev.stillgate.proxy.dialect.prose.AnswerEditor;
import dev.stillgate.proxy.dialect.usage.UsageReader;
import dev.stillgate.proxy.json.KeyedMarks;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the answer of a line tells, as the gateway does of one that passes, and sends it through taps. Reusable.
 *
 * <p>What an answer is made of is read of the answer as it was logged, not as the taps would have it: the requests that
 * follow in the log bring that one back.
 */
final class LoggedAnswer {
    private static final AnswerEditor.Out NOWHERE = new AnswerEditor.Out() {
        @Override
        public void write(byte[] bytes, int from, int to) {}

        @Override
        public void last() {}
    };

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

    /**
     * Sends the answer that was read through its taps; returns whether it would have been delivered with one of their marks.
     * Nothing is waited for.
     */
    boolean isMarked(Operation operation, AnswerTap tap, LogLine line) {
        ResponseTap.Prose prose = tap.prose();
        if (!read || prose == null || !operation.carriesAnswers()) {
            return false;
        }
        int response = line.find("response");
        AnswerEditor editor = new AnswerEditor(operation, false, prose);
        editor.read(line.bytes(), line.start(response), line.length(response), NOWHERE);
        editor.end(NOWHERE);
        editor.release();
        return prose.sites() > 0;
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
