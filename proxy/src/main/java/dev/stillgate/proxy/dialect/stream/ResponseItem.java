package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.spi.ContextHashes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Context hashes of one Responses output item: its ids and its encrypted content. A stream reports each item twice. The
 * ids of a tool call are taken from the first report, encrypted content from the last, which alone is complete. Not
 * thread-safe.
 */
public final class ResponseItem {
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

    public void clear() {
        id = ContextHashes.NONE;
        call = ContextHashes.NONE;
        seal = ContextHashes.NONE;
        isCall = false;
    }

    public void id(long hash) {
        id = hash;
    }

    public void call(long hash) {
        call = hash;
    }

    public void seal(long hash) {
        seal = hash;
    }

    public void type(byte[] buf, int start, int end) {
        int from = end - CALL.length;
        isCall = from >= start && Arrays.equals(CALL, 0, CALL.length, buf, from, end);
    }

    /** Handles the type of an event; returns whether it ends the text before it. */
    public boolean eventType(byte[] buf, int start, int end) {
        added = is(ITEM_ADDED, buf, start, end);
        done = is(ITEM_DONE, buf, start, end);
        return added || is(PART_ADDED, buf, start, end);
    }

    private static boolean is(byte[] type, byte[] buf, int start, int end) {
        return Arrays.equals(type, 0, type.length, buf, start, end);
    }

    /** Adds the hashes of an item at the end of the event that reports it. */
    public void endEvent(ResponseHashes hashes) {
        if (added) {
            addCall(hashes);
        } else if (done) {
            addSeal(hashes);
        }
        added = false;
        done = false;
        clear();
    }

    /** Adds the hash of the call id, or of the item id if the item is a call without one. */
    public void addCall(ResponseHashes hashes) {
        hashes.add(call != ContextHashes.NONE ? call : isCall ? id : ContextHashes.NONE);
    }

    /** Adds the hash of the encrypted content. */
    public void addSeal(ResponseHashes hashes) {
        hashes.add(seal);
    }
}
