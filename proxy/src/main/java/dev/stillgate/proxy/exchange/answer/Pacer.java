package dev.stillgate.proxy.exchange.answer;

import dev.stillgate.spi.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets an answer's bytes through no faster than a pace, in whole or in slices. Holds most answers whole, so that an
 * upstream which would give up on a caller that reads so slowly never meets one; at most what one read brought beyond
 * {@link #MOST}, or beyond {@link #HIGH} while memory is scarce: above that {@link #full} asks for reading to pause.
 *
 * <p>The official SDKs give up on a request after ten minutes, some of them in the middle of a stream. A head may take two
 * of these, so whatever is held is let through faster when it would not have passed {@link #LONGEST} after the head.
 */
public final class Pacer {
    static final int HIGH = 64 * 1024;
    static final int MOST = 1 << 20;
    static final Duration LONGEST = Duration.ofSeconds(450);
    private static final int SMALL = 4 * 1024;
    private static final int JOINED = 16 * 1024;
    private static final long STEP_MILLIS = 50;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final EventLoop loop;
    private final Ticker ticker;
    private final PacedMemory memory;
    private final double bytesPerNano;
    private final Consumer<ByteBuf> out;
    private final Runnable stepped;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private long heldBytes;
    private boolean lastIsOwn;
    private double allowance;
    private final long begin;
    private long last;
    private boolean scheduled;
    private boolean closed;

    /**
     * A pacer.
     *
     * @param memory what all answers of the lane hold
     * @param out takes what may pass now, and its ownership
     * @param stepped runs whenever time has let something through, which is to be flushed
     */
    public Pacer(
            EventLoop loop,
            Ticker ticker,
            PacedMemory memory,
            long bytesPerSecond,
            Consumer<ByteBuf> out,
            Runnable stepped) {
        this.loop = loop;
        this.ticker = ticker;
        this.memory = memory;
        this.bytesPerNano = bytesPerSecond / 1e9;
        this.out = out;
        this.stepped = stepped;
        this.begin = ticker.nanos();
        this.last = begin;
        this.allowance = bytesPerSecond * STEP_MILLIS / 1e3;
    }

    /** Takes bytes and their ownership; what may pass at once does, and is to be flushed with whatever else was read. */
    public void offer(ByteBuf bytes) {
        int count = bytes.readableBytes();
        heldBytes += count;
        memory.add(count);
        if (count <= SMALL && !held.isEmpty()) {
            join(bytes);
        } else {
            held.add(bytes);
            lastIsOwn = false;
        }
        release();
    }

    /** Copies what is small: it may stand in a buffer that is many times as large. */
    private void join(ByteBuf bytes) {
        ByteBuf tail = held.getLast();
        if (!lastIsOwn || tail.writableBytes() < bytes.readableBytes()) {
            tail = ByteBufAllocator.DEFAULT.directBuffer(JOINED, JOINED);
            held.add(tail);
            lastIsOwn = true;
        }
        tail.writeBytes(bytes);
        bytes.release();
    }

    public boolean full() {
        return heldBytes > HIGH && (heldBytes > MOST || memory.scarce());
    }

    public boolean isEmpty() {
        return held.isEmpty();
    }

    /** Returns how many bytes have not been let through. */
    public long heldBytes() {
        return heldBytes;
    }

    private void release() {
        long now = ticker.nanos();
        double rate = rate(now);
        double most = Math.max(1, rate * STEP_MILLIS * 2e6);
        allowance = Math.min(most, allowance + (now - last) * rate);
        last = now;
        while (!held.isEmpty() && allowance >= 1) {
            ByteBuf first = held.getFirst();
            int run = (int) Math.min(first.readableBytes(), (long) allowance);
            allowance -= run;
            heldBytes -= run;
            memory.remove(run);
            if (run == first.readableBytes()) {
                held.removeFirst();
                out.accept(first);
            } else {
                out.accept(first.readRetainedSlice(run));
            }
        }
        if (!held.isEmpty() && !scheduled) {
            scheduled = true;
            loop.schedule(this::step, STEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Returns the pace, or as many bytes a nanosecond as it takes for nobody to give up. */
    private double rate(long now) {
        long left = Math.max(SECOND, LONGEST.toNanos() - (now - begin));
        return Math.max(bytesPerNano, (double) heldBytes / left);
    }

    private void step() {
        scheduled = false;
        if (!closed) {
            release();
            stepped.run();
        }
    }

    /** Lets go of what is held. */
    public void close() {
        closed = true;
        held.forEach(ByteBuf::release);
        held.clear();
        memory.remove(heldBytes);
        heldBytes = 0;
    }
}
