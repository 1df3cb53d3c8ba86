package dev.stillgate.proxy.listen;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open streams of a connection, and how the last closed ones ended. That decides whether a late frame is an error
 * (RFC 9113 section 5.1).
 */
final class Http2Streams implements Iterable<Http2Stream> {
    /** Marks a closed stream that no frame in transit may refer to. */
    static final int NOTHING_LATE = -1;

    private static final int REMEMBERED = 256;

    private final IntObjectMap<Http2Stream> open = new IntObjectHashMap<>();
    private final int[] closed = new int[REMEMBERED];
    private final int[] late = new int[REMEMBERED];
    private int next;
    private int last;

    /** Returns the open stream with this id; null if there is none. */
    @Nullable
    Http2Stream find(int id) {
        return open.get(id);
    }

    /** Returns the largest stream id that the client has used; 0 if none. */
    int last() {
        return last;
    }

    int count() {
        return open.size();
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Returns a copy of the open streams. */
    List<Http2Stream> all() {
        return open.isEmpty() ? List.of() : new ArrayList<>(open.values());
    }

    /** Iterates over a copy of the open streams, so that the loop body may close streams. */
    @Override
    public Iterator<Http2Stream> iterator() {
        return all().iterator();
    }

    /** Records a new stream of the client; returns false when the id is not valid for one (RFC 9113 section 5.1.1). */
    boolean accept(int id) {
        if (isIdle(id) && (id & 1) == 1) {
            last = id;
            return true;
        }
        return false;
    }

    /** Returns whether the stream is idle: its id is unused, or even, and only the client opens streams here. */
    boolean isIdle(int id) {
        return id > last || (id & 1) == 0;
    }

    void open(Http2Stream stream) {
        open.put(stream.id(), stream);
    }

    /**
     * Records that a stream closed.
     *
     * @param lateBytes how much content may still be in transit, when the gateway reset the stream; else {@link
     *     #NOTHING_LATE}
     */
    void close(int id, int lateBytes) {
        open.remove(id);
        closed[next] = id;
        late[next] = lateBytes;
        next = (next + 1) % REMEMBERED;
    }

    /** Removes and returns all open streams. */
    List<Http2Stream> clear() {
        List<Http2Stream> all = all();
        open.clear();
        return all;
    }

    /** Returns whether frames of a closed stream may still be in transit. */
    boolean mayBeLate(int id) {
        int at = indexOf(id);
        return at >= 0 && late[at] != NOTHING_LATE;
    }

    /** Accounts for late content of a closed stream; returns whether it is within the stream's former window. */
    boolean consumeLate(int id, int flow) {
        int at = indexOf(id);
        if (at < 0) {
            return false;
        }
        boolean within = flow <= late[at];
        late[at] = within ? late[at] - flow : 0;
        return within;
    }

    /** Returns whether the stream is among the recently closed ones. */
    boolean wasOpen(int id) {
        return indexOf(id) >= 0;
    }

    private int indexOf(int id) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (closed[i] == id) {
                return i;
            }
        }
        return -1;
    }
}
