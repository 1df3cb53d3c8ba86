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
 * Reader of a logged response: usage, id and facts, as the gateway reads them, and the marks that taps would add.
 * Reusable.
 *
 * <p>The facts are read from the response as logged, without the taps' changes, because later requests in the log cite
 * that version.
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
     * Creates a reader.
     *
     * @param marks the hashing of response content into marks, null if no filter needs marks
     */
    LoggedAnswer(@Nullable KeyedMarks marks) {
        this.marks = marks;
    }

    /** Reads the response of an exchange. Responses without model output are ignored. */
    LoggedAnswer read(Operation operation, int status, byte[] bytes, int from, int length) {
        read = status < 300 && length > 0 && (operation.carriesAnswers() || operation == Operation.COUNT_TOKENS);
        if (read) {
            reader.reset(operation, false, marks).feed(bytes, from, length);
        }
        return this;
    }

    /**
     * Runs the response through its taps. Returns whether it would have been delivered with a mark. Delays are skipped.
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

    /** Returns the response's id, null when it has none. */
    @Nullable
    String id() {
        return read ? reader.id() : null;
    }

    /** Returns the facts about the response, as a copy that outlives the log line. */
    AnswerFacts facts() {
        return read ? KeptFacts.of(reader.facts()) : AnswerFacts.NONE;
    }
}
