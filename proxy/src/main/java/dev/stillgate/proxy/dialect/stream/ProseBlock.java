package dev.stillgate.proxy.dialect.stream;

import org.jspecify.annotations.Nullable;

/** State of one block of a response, which is either prose that passes through the tap or other content. */
public final class ProseBlock {
    public final long key;

    /** Index among the prose blocks; -1 if the block is not prose. */
    public final int index;

    /** The text that passes through the tap; null if the block is not prose. */
    public final @Nullable ProseRun run;

    /** Whether the rest of the text passes unchanged. */
    public boolean abandoned;

    /** Template for another event with text of this block; null before the first such event. */
    public @Nullable DeltaForm form;

    public ProseBlock(long key, int index, @Nullable ProseRun run) {
        this.key = key;
        this.index = index;
        this.run = run;
    }

    /** Returns whether further text passes through the tap. */
    public boolean isOpen() {
        return run != null && !run.ended();
    }
}
