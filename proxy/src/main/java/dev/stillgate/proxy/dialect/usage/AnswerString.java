package dev.stillgate.proxy.dialect.usage;

import org.jspecify.annotations.Nullable;

/**
 * The string value that a scanner of answers is in, which may come in pieces. What becomes of it depends on the key that it
 * stands under: its text is taken, or passed on as what is delivered, or hashed as an id; else it is passed over.
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
     * None yet.
     *
     * @param string follows the string; whoever else uses it does so between two values
     */
    AnswerString(AnswerTally tally, PiecedString string) {
        this.tally = tally;
        this.string = string;
    }

    /** Begins the value of a key, after the opening quote; of null for one that nothing is known of. */
    void begin(AnswerPaths.@Nullable Key at) {
        string.begin();
        key = at;
        use = at == null ? Use.NONE : useOf(at);
    }

    private Use useOf(AnswerPaths.Key at) {
        int field = at.field;
        if (field == AnswerPaths.ERROR) {
            tally.markLast();
        }
        if (field >= AnswerPaths.TEXT) {
            tally.beginDelivered(at);
            return Use.DELIVERY;
        }
        AnswerContent content = tally.content();
        if (field >= AnswerPaths.MARKED && field <= AnswerPaths.ITEM_SEAL && content != null) {
            content.beginId();
            return Use.ID;
        }
        return tally.wants(field) ? Use.TEXT : Use.NONE;
    }

    /** Returns whether the piece that was taken last has ended it. */
    boolean closed() {
        return string.closed();
    }

    /** Takes a piece; returns the index after the closing quote, or where the piece ends. */
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
