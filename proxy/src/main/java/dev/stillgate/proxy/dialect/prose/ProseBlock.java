package dev.stillgate.proxy.dialect.prose;

import org.jspecify.annotations.Nullable;

/** A block of an answer: one that is prose on its way through the tap, or one that is none. */
final class ProseBlock {
    final long key;

    /** Its number among the blocks of prose, -1 of one that is none. */
    final int index;

    /** The text on its way, null of a block that is none. */
    final @Nullable ProseRun run;

    /** Whether its text passes as it comes from some place on. */
    boolean abandoned;

    /** An event that carries a piece of its text, to make another of; null while there was none. */
    @Nullable
    DeltaForm form;

    ProseBlock(long key, int index, @Nullable ProseRun run) {
        this.key = key;
        this.index = index;
        this.run = run;
    }

    /** Returns whether more text goes through the tap. */
    boolean isOpen() {
        return run != null && !run.ended();
    }
}
