package dev.stillgate.proxy.listen;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection: those that are open, and how the last ones were closed, which decides what a late frame of
 * theirs means (RFC 9113 section 5.1).
 */
final class Http2Streams implements Iterable<Http2Stream> {
    /** Says that no frame of a closed stream may still be on its way. */
    static final int NOTHING_LATE = -1;

    private static final int KEPT = 256;

    private final IntObjectMap<Http2Stream> open = new IntObjectHashMap<>();
    private final int[] closed = new int[KEPT];
    private final int[] late = new int[KEPT];
    private int next;
    private int last;

    /** Returns the stream when it is open. */
    @Nullable
    Http2Stream find(int id) {
        return open.get(id);
    }

    /** Returns the largest id that the peer has used; 0 for none. */
    int last() {
        return last;
    }

    int count() {
        return open.size();
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Returns the open streams as they are now. */
    List<Http2Stream> all() {
        return open.isEmpty() ? List.of() : new ArrayList<>(open.values());
    }

    /** Goes over those that are open now, whatever becomes of them meanwhile. */
    @Override
    public Iterator<Http2Stream> iterator() {
        return all().iterator();
    }

    /** Returns whether the peer may begin a stream of that id, and notes that it did. */
    boolean begins(int id) {
        if (isIdle(id) && (id & 1) == 1) {
            last = id;
            return true;
        }
        return false;
    }

    /** Returns whether the stream was never spoken of by the peer, which alone may begin streams here. */
    boolean isIdle(int id) {
        return id > last || (id & 1) == 0;
    }

    void open(Http2Stream stream) {
        open.put(stream.id(), stream);
    }

    /**
     * Notes that a stream is closed.
     *
     * @param lateBytes how much content the peer may have sent before it heard that the gateway gave the stream up, or
     *     {@link #NOTHING_LATE}
     */
    void close(int id, int lateBytes) {
        open.remove(id);
        closed[next] = id;
        late[next] = lateBytes;
        next = (next + 1) % KEPT;
    }

    /** Takes all streams out. */
    List<Http2Stream> clear() {
        List<Http2Stream> all = all();
        open.clear();
        return all;
    }

    /** Returns whether frames of a closed stream may still be on their way. */
    boolean mayBeLate(int id) {
        int at = place(id);
        return at >= 0 && late[at] != NOTHING_LATE;
    }

    /** Returns whether late content of a closed stream is within what the stream's window allowed the peer to send. */
    boolean takeLate(int id, int flow) {
        int at = place(id);
        if (at < 0) {
            return false;
        }
        boolean within = flow <= late[at];
        late[at] = within ? late[at] - flow : 0;
        return within;
    }

    /** Returns whether the stream was open once, as far as is remembered. */
    boolean wasOpen(int id) {
        return place(id) >= 0;
    }

    private int place(int id) {
        for (int i = 0; i < KEPT; i++) {
            if (closed[i] == id) {
                return i;
            }
        }
        return -1;
    }
}
