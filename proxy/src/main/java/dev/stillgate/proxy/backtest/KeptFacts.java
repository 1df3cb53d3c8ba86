package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.AnswerFacts;

/** Copy of the facts about a response, which outlives the log line. Immutable. */
final class KeptFacts implements AnswerFacts {
    private final long prose;
    private final long code;
    private final long tool;
    private final long[] marks;

    private KeptFacts(AnswerFacts facts) {
        prose = facts.proseChars();
        code = facts.codeChars();
        tool = facts.toolChars();
        marks = new long[facts.markCount()];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = facts.mark(i);
        }
    }

    @SuppressWarnings("ReferenceEquality") // NONE is a singleton
    static AnswerFacts of(AnswerFacts facts) {
        return facts == NONE ? NONE : new KeptFacts(facts);
    }

    @Override
    public long proseChars() {
        return prose;
    }

    @Override
    public long codeChars() {
        return code;
    }

    @Override
    public long toolChars() {
        return tool;
    }

    @Override
    public int markCount() {
        return marks.length;
    }

    @Override
    public long mark(int index) {
        return marks[index];
    }
}
