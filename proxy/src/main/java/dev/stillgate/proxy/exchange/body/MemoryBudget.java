package dev.stillgate.proxy.exchange.body;

import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The bytes of request bodies that may lie in memory at once, in the whole process and for each address (of IPv6, for each
 * network of 64 bits). Addresses share a fixed table of counts by a keyed hash: two that meet there share a share, and no caller can make the table grow.
 */
public final class MemoryBudget {
    private static final int SHARES = 4096;

    private final long total;
    private final long perAddress;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLongArray shares = new AtomicLongArray(SHARES);
    private final int key = ThreadLocalRandom.current().nextInt() | 1;

    /** A budget; both in bytes. */
    public MemoryBudget(long total, long perAddress) {
        this.total = total;
        this.perAddress = perAddress;
    }

    /** Takes bytes, or returns false and takes none. */
    boolean take(InetAddress address, long bytes) {
        int share = share(address);
        if (shares.addAndGet(share, bytes) > perAddress) {
            shares.addAndGet(share, -bytes);
            return false;
        }
        if (used.addAndGet(bytes) > total) {
            used.addAndGet(-bytes);
            shares.addAndGet(share, -bytes);
            return false;
        }
        return true;
    }

    void giveBack(InetAddress address, long bytes) {
        used.addAndGet(-bytes);
        shares.addAndGet(share(address), -bytes);
    }

    /** Returns the bytes taken now. */
    public long used() {
        return used.get();
    }

    private int share(InetAddress address) {
        int mixed = Long.hashCode(OpenCounts.key(address)) * key;
        return (mixed ^ mixed >>> 15) & SHARES - 1;
    }
}
