package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.ResponseFacts;

/** Copy of the facts about a response, which outlives the log line. Immutable. */
final class KeptFacts implements ResponseFacts {
    private final long prose;
    private final long code;
    private final long tool;
    private final long[] hashes;

    private KeptFacts(ResponseFacts facts) {
        prose = facts.proseChars();
        code = facts.codeChars();
        tool = facts.toolChars();
        hashes = new long[facts.hashCount()];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = facts.hash(i);
        }
    }

    @SuppressWarnings("ReferenceEquality") // NONE is a singleton
    static ResponseFacts of(ResponseFacts facts) {
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
    public int hashCount() {
        return hashes.length;
    }

    @Override
    public long hash(int index) {
        return hashes[index];
    }
}
