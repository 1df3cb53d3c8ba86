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
    private static final int KEPT = 256;

    private final IntObjectMap<Http2Stream> open = new IntObjectHashMap<>();
    private final int[] closed = new int[KEPT];
    private final boolean[] late = new boolean[KEPT];
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
     * @param mayBeLate whether the gateway gave it up, so that the peer may have sent more before it heard of it
     */
    void close(int id, boolean mayBeLate) {
        open.remove(id);
        closed[next] = id;
        late[next] = mayBeLate;
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
        return at >= 0 && late[at];
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
