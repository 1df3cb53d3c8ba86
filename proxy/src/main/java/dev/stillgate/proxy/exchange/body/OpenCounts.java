package dev.stillgate.proxy.exchange.body;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How many things each of many keys has open at once, and the most that one may have. Keys share a fixed table of counts by
 * a hash that differs from process to process: two that meet there share a count, and no caller can make the table grow or
 * choose whom to meet.
 */
public final class OpenCounts {
    private static final int PLACES = 1 << 16;
    private static final int V6_BYTES = 16;

    private final int most;
    private final AtomicIntegerArray counts = new AtomicIntegerArray(PLACES);
    private final long seed = ThreadLocalRandom.current().nextLong();

    /** Counts of which none goes beyond a most. */
    public OpenCounts(int most) {
        this.most = most;
    }

    /** Returns the key of an address: of IPv6 the first 64 bits, since whoever has one address there has them all. */
    public static long key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == V6_BYTES
                ? ByteBuffer.wrap(bytes).getLong()
                : ByteBuffer.wrap(bytes).getInt() & 0xffff_ffffL;
    }

    /** Counts one more that is open, or returns false and counts none. */
    public boolean open(long key) {
        int place = place(key);
        if (counts.incrementAndGet(place) > most) {
            counts.decrementAndGet(place);
            return false;
        }
        return true;
    }

    /** Counts one less. */
    public void close(long key) {
        counts.decrementAndGet(place(key));
    }

    /** Mixes a key with the seed (the finaliser of D. Stafford's variant 13 of MurmurHash3). */
    private int place(long key) {
        long mixed = key ^ seed;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return (int) (mixed ^ mixed >>> 31) & PLACES - 1;
    }
}
