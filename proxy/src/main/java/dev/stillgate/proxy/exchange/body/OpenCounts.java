package dev.stillgate.proxy.exchange.body;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Concurrent counters per key with a common maximum, such as open exchanges per account. Thread-safe.
 *
 * <p>Keys are mapped to a table of fixed size by a randomly seeded hash, so clients can neither make the table grow nor
 * choose collisions. Keys with the same hash share one counter.
 */
public final class OpenCounts {
    private static final int SLOTS = 1 << 16;
    private static final int V6_BYTES = 16;
    private static final long TRANSLATED = 0x0064_ff9b_0000_0000L;

    private final int most;
    private final AtomicIntegerArray counts = new AtomicIntegerArray(SLOTS);
    private final long seed = ThreadLocalRandom.current().nextLong();

    /** Creates counters with a maximum. */
    public OpenCounts(int most) {
        this.most = most;
    }

    /**
     * Returns the key of an address; for IPv6 the /64 network, all of which is usually assigned to one client. Those of a
     * translator, 64:ff9b::/96 (RFC 6052), are of as many clients as there are IPv4 addresses, which are their keys.
     */
    public static long key(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        long network = bytes.remaining() == V6_BYTES ? bytes.getLong() : TRANSLATED;
        return network == TRANSLATED ? bytes.getInt(bytes.limit() - Integer.BYTES) & 0xffff_ffffL : network;
    }

    /** Increments a key's counter; returns false without counting if it is at the maximum. */
    public boolean open(long key) {
        int slot = slot(key);
        if (counts.incrementAndGet(slot) > most) {
            counts.decrementAndGet(slot);
            return false;
        }
        return true;
    }

    /** Decrements a key's counter. */
    public void close(long key) {
        counts.decrementAndGet(slot(key));
    }

    /** Mixes a key with the seed (D. Stafford, 2011: finaliser of MurmurHash3, variant 13). */
    private int slot(long key) {
        long mixed = key ^ seed;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return (int) (mixed ^ mixed >>> 31) & SLOTS - 1;
    }
}
