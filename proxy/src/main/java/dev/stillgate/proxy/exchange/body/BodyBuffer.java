package dev.stillgate.proxy.exchange.body;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * A request body in memory while it arrives. It grows with what has come, not with what was announced, and every byte
 * held is taken from the {@link MemoryBudget}.
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

    /** What became of bytes that were added. */
    public enum Added {
        YES,
        /** The body is larger than is accepted. */
        TOO_LARGE,
        /** The budget is used up. */
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

    /** Takes bytes from the budget for as long as this body is held. */
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

    /** Lets go of the bytes, which are held elsewhere now and stay charged. */
    public void dropBytes() {
        bytes = EMPTY;
        length = 0;
    }

    /** Lets go of the bytes and gives back what was taken; may be called twice. */
    public void release() {
        bytes = EMPTY;
        length = 0;
        if (taken > 0) {
            budget.giveBack(address, taken);
            taken = 0;
        }
    }
}
