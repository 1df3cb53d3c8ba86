package dev.stillgate.proxy.exchange.body;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Growing buffer of a request body whose memory is charged to the {@link MemoryBudget}. It grows with the received
 * bytes, not with the announced length. Not thread-safe.
 */
public final class BodyBuffer {
    private static final int FIRST = 16 * 1024;
    private static final byte[] EMPTY = {};

    private final MemoryBudget budget;
    private final InetAddress address;
    private final long max;
    private byte[] bytes = EMPTY;
    private int length;
    private long taken;

    /** The result of {@link #add}. */
    public enum Added {
        YES,
        /** The body exceeds its maximum size. */
        TOO_LARGE,
        /** The memory budget is exhausted. */
        NO_MEMORY
    }

    public BodyBuffer(MemoryBudget budget, InetAddress address, long max) {
        this.budget = budget;
        this.address = address;
        this.max = max;
    }

    public Added add(ByteBuf in, int index, int count) {
        if (length + (long) count > max) {
            return Added.TOO_LARGE;
        }
        if (length + count > bytes.length && !grow(length + count)) {
            return Added.NO_MEMORY;
        }
        in.getBytes(index, bytes, length, count);
        length += count;
        return Added.YES;
    }

    private boolean grow(int needed) {
        long capacity = Math.max(FIRST, bytes.length);
        while (capacity < needed) {
            capacity *= 2;
        }
        capacity = Math.max(needed, Math.min(capacity, max));
        if (!charge(capacity - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, (int) capacity);
        return true;
    }

    /** Charges bytes to the budget until {@link #release}; returns false if the budget is exhausted. */
    public boolean charge(long more) {
        if (!budget.take(address, more)) {
            return false;
        }
        taken += more;
        return true;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Drops the array without ending the charge, after the bytes have been copied elsewhere. */
    public void dropBytes() {
        bytes = EMPTY;
        length = 0;
    }

    /** Drops the array and ends the charge. Idempotent. */
    public void release() {
        bytes = EMPTY;
        length = 0;
        if (taken > 0) {
            budget.giveBack(address, taken);
            taken = 0;
        }
    }
}
