package dev.stillgate.proxy.exchange.body;

import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Limit of the memory of request bodies, for the process and for each address (IPv6: each /64 network). Thread-safe.
 *
 * <p>Addresses are mapped to a table of fixed size by a keyed hash, so no client can make the table grow. Addresses
 * with the same hash share one limit.
 */
public final class MemoryBudget {
    private static final int SLOTS = 4096;

    private final long total;
    private final long perAddress;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
    private final int key = ThreadLocalRandom.current().nextInt() | 1;

    /** Creates a budget with limits in bytes. */
    public MemoryBudget(long total, long perAddress) {
        this.total = total;
        this.perAddress = perAddress;
    }

    /** Takes bytes from the budget; returns false and takes none if a limit would be exceeded. */
    boolean take(InetAddress address, long bytes) {
        int slot = slot(address);
        if (slots.addAndGet(slot, bytes) > perAddress) {
            slots.addAndGet(slot, -bytes);
            return false;
        }
        if (used.addAndGet(bytes) > total) {
            used.addAndGet(-bytes);
            slots.addAndGet(slot, -bytes);
            return false;
        }
        return true;
    }

    void giveBack(InetAddress address, long bytes) {
        used.addAndGet(-bytes);
        slots.addAndGet(slot(address), -bytes);
    }

    /** Returns the number of bytes in use. */
    public long used() {
        return used.get();
    }

    private int slot(InetAddress address) {
        int mixed = Long.hashCode(OpenCounts.key(address)) * key;
        return (mixed ^ mixed >>> 15) & SLOTS - 1;
    }
}
