package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.spi.ContextMarks;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An item of a Responses answer that is being read: the marks of its ids and its seal. A stream tells of an item twice; what
 * a tool call is known by counts from the first time, the seal from the last, since only that one is whole.
 */
final class AnswerItem {
    private static final byte[] ITEM_ADDED = ascii("response.output_item.added");
    private static final byte[] PART_ADDED = ascii("response.content_part.added");
    private static final byte[] ITEM_DONE = ascii("response.output_item.done");
    private static final byte[] CALL = ascii("_call");

    private long id;
    private long call;
    private long seal;
    private boolean isCall;
    private boolean added;
    private boolean done;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void clear() {
        id = ContextMarks.NONE;
        call = ContextMarks.NONE;
        seal = ContextMarks.NONE;
        isCall = false;
    }

    void id(long mark) {
        id = mark;
    }

    void call(long mark) {
        call = mark;
    }

    void seal(long mark) {
        seal = mark;
    }

    void type(byte[] buf, int start, int end) {
        int from = end - CALL.length;
        isCall = from >= start && Arrays.equals(CALL, 0, CALL.length, buf, from, end);
    }

    /** Takes the type of an event; returns whether a text cannot go on after it. */
    boolean eventType(byte[] buf, int start, int end) {
        added = is(ITEM_ADDED, buf, start, end);
        done = is(ITEM_DONE, buf, start, end);
        return added || is(PART_ADDED, buf, start, end);
    }

    private static boolean is(byte[] type, byte[] buf, int start, int end) {
        return Arrays.equals(type, 0, type.length, buf, start, end);
    }

    /** Adds what is known of an item at the end of the event that tells of it. */
    void endEvent(AnswerMarks found) {
        if (added) {
            addCall(found);
        } else if (done) {
            addSeal(found);
        }
        added = false;
        done = false;
        clear();
    }

    /** Adds what the item is known by when it is a call. */
    void addCall(AnswerMarks found) {
        found.add(call != ContextMarks.NONE ? call : isCall ? id : ContextMarks.NONE);
    }

    /** Adds the item's seal. */
    void addSeal(AnswerMarks found) {
        found.add(seal);
    }
}
