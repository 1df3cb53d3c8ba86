package dev.stillgate.proxy.dialect.prose;

import org.jspecify.annotations.Nullable;

/** State of one block of a response, which is either prose that passes through the tap or other content. */
final class ProseBlock {
    final long key;

    /** Index among the prose blocks; -1 if the block is not prose. */
    final int index;

    /** The text that passes through the tap; null if the block is not prose. */
    final @Nullable ProseRun run;

    /** Whether the rest of the text passes unchanged. */
    boolean abandoned;

    /** Template for another event with text of this block; null before the first such event. */
    @Nullable
    DeltaForm form;

    ProseBlock(long key, int index, @Nullable ProseRun run) {
        this.key = key;
        this.index = index;
        this.run = run;
    }

    /** Returns whether further text passes through the tap. */
    boolean isOpen() {
        return run != null && !run.ended();
    }
}
