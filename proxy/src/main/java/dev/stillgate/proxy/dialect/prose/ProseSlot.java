package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.spi.BodyView;
import org.jspecify.annotations.Nullable;

/** A place in an event, document or line at which something is to be done when it is passed on, in the order of places. */
final class ProseSlot {
    /** What is to be done. */
    enum Kind {
        /** Not known yet. */
        UNDECIDED,
        /** The text passes as it came. */
        RAW,
        /** The text is more of a block. */
        MORE,
        /** The text is a block of its own. */
        WHOLE,
        /** The text is a block once more. */
        REPEAT,
        /** A part that is no prose begins here. */
        PART,
        /** An answer ends here. */
        ANSWER,
        /** A number, to be counted up by the events put in before. */
        NUMBER
    }

    Kind kind = Kind.UNDECIDED;

    /** Where it begins. */
    int start;

    /** Where it ends, -1 while that is not known. */
    int end = -1;

    /** Whether it is known what the text would be: {@link #prose} or not. */
    boolean decided;

    /** Whether nothing speaks against the text's being prose. */
    boolean prose;

    /** The place of its item among the items that the event tells of, -1 for none. */
    long item = -1;

    /** The place of its part within the item. */
    long place = -1;

    /** Whether it has been passed on. */
    boolean done;

    /** Whether the block ends with the text. */
    boolean ends;

    /** The block, once it is known. */
    @Nullable
    ProseBlock block;

    /** What takes a text that stands whole, or once more, while it is under way. */
    @Nullable
    ProseRun run;

    BodyView.PartKind part = BodyView.PartKind.OTHER;

    @Nullable
    String id;

    long number;

    ProseSlot(int start) {
        this.start = start;
    }
}
