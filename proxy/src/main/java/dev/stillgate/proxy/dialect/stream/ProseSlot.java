package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/** A position or range in an event, document or line, with the edit to apply when it is passed on. */
public final class ProseSlot {
    /** Kind of edit. */
    public enum Kind {
        /** Not known yet. */
        UNDECIDED,
        /** The text passes unchanged. */
        RAW,
        /** The text continues a block. */
        MORE,
        /** The text is a complete block. */
        WHOLE,
        /** The text repeats a block. */
        REPEAT,
        /** A part other than prose begins here. */
        PART,
        /** A response ends here. */
        ANSWER,
        /** A sequence number, to be increased by the number of inserted events. */
        NUMBER
    }

    public Kind kind = Kind.UNDECIDED;

    /** Index of the first byte. */
    public int start;

    /** Index after the last byte, -1 while unknown. */
    public int end = -1;

    /** Whether {@link #prose} has been determined. */
    public boolean decided;

    /** Whether the text is prose, unless its block was excluded. */
    public boolean prose;

    /** Index of the item in the event, -1 if the event has no items. */
    public long item = -1;

    /** Index of the part in the item. */
    public long place = -1;

    /** Whether the slot has been passed on. */
    public boolean passed;

    /** Whether the block ends with this text. */
    public boolean endsBlock;

    /** The block of the text, null while unknown. */
    public @Nullable ProseBlock block;

    /** The run of a WHOLE or REPEAT text that is partly written. */
    public @Nullable ProseRun run;

    public BodyView.PartKind part = BodyView.PartKind.OTHER;

    public @Nullable String id;

    public long number;

    public ProseSlot(int start) {
        this.start = start;
    }
}
