package dev.stillgate.proxy.dialect.usage;

import org.jspecify.annotations.Nullable;

/**
 * The string value that an {@link AnswerScanner} is reading, possibly in pieces. By its key it is decoded, counted as
 * model output, hashed as an id, or skipped. Not thread-safe.
 */
final class AnswerString {
    private enum Use {
        NONE,
        TEXT,
        DELIVERY,
        ID
    }

    private final AnswerTally tally;
    private final PiecedString string;
    private AnswerPaths.@Nullable Key key;
    private Use use = Use.NONE;

    /**
     * Creates an idle reader.
     *
     * @param string tokenizer of the string, shared with other readers that are never active at the same time
     */
    AnswerString(AnswerTally tally, PiecedString string) {
        this.tally = tally;
        this.string = string;
    }

    /** Begins the value of a key after its opening quote; null for an unknown key. */
    void begin(AnswerPaths.@Nullable Key valueKey) {
        string.begin();
        key = valueKey;
        use = valueKey == null ? Use.NONE : useOf(valueKey);
    }

    private Use useOf(AnswerPaths.Key valueKey) {
        int field = valueKey.field;
        if (field == AnswerPaths.ERROR) {
            tally.markLast();
        }
        if (field >= AnswerPaths.TEXT) {
            tally.beginDelivered(valueKey);
            return Use.DELIVERY;
        }
        AnswerContent content = tally.content();
        if (field >= AnswerPaths.MARKED && field <= AnswerPaths.ITEM_SEAL && content != null) {
            content.beginId();
            return Use.ID;
        }
        return tally.wants(field) ? Use.TEXT : Use.NONE;
    }

    /** Returns whether the last piece contained the closing quote. */
    boolean closed() {
        return string.closed();
    }

    /** Reads a piece; returns the index after the closing quote, or the end of the piece. */
    int take(byte[] buf, int from, int end) {
        if (use == Use.TEXT) {
            int p = string.take(buf, from, end);
            takeText();
            return p;
        }
        int p = string.skip(buf, from, end);
        int contentEnd = string.closed() ? p - 1 : p;
        if (use == Use.DELIVERY) {
            deliver(buf, from, contentEnd);
        } else if (use == Use.ID) {
            addId(buf, from, contentEnd);
        }
        return p;
    }

    private void takeText() {
        if (string.closed() && string.isWhole() && key != null) {
            tally.text(key.field, string.bytes(), string.start(), string.end());
        }
    }

    private void deliver(byte[] buf, int from, int end) {
        tally.deliver(buf, from, end);
        if (string.closed()) {
            tally.endDelivered();
        }
    }

    private void addId(byte[] buf, int from, int end) {
        AnswerContent content = tally.content();
        if (content != null && key != null) {
            content.addId(buf, from, end);
            if (string.closed()) {
                content.endId(key.field);
            }
        }
    }
}
