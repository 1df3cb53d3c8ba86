package dev.stillgate.proxy.exchange;

import dev.stillgate.spi.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets an answer's bytes through no faster than a pace, in whole or in slices. Holds at most what one read of the
 * upstream brought beyond {@link #HIGH}: above that {@link #full} asks for reading to pause.
 */
final class Pacer {
    private static final int HIGH = 64 * 1024;
    private static final long STEP_MILLIS = 50;

    private final EventLoop loop;
    private final Ticker ticker;
    private final double bytesPerNano;
    private final Consumer<ByteBuf> out;
    private final Runnable drained;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private long heldBytes;
    private double allowance;
    private long last;
    private boolean scheduled;
    private boolean closed;

    /**
     * A pacer.
     *
     * @param out takes what may pass now, and its ownership
     * @param drained runs whenever nothing is held any more
     */
    Pacer(EventLoop loop, Ticker ticker, long bytesPerSecond, Consumer<ByteBuf> out, Runnable drained) {
        this.loop = loop;
        this.ticker = ticker;
        this.bytesPerNano = bytesPerSecond / 1e9;
        this.out = out;
        this.drained = drained;
        this.last = ticker.nanos();
        this.allowance = bytesPerSecond * STEP_MILLIS / 1e3;
    }

    void offer(ByteBuf bytes) {
        held.add(bytes);
        heldBytes += bytes.readableBytes();
        release();
    }

    boolean full() {
        return heldBytes > HIGH;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    private void release() {
        if (closed) {
            return;
        }
        long now = ticker.nanos();
        double most = Math.max(1, bytesPerNano * STEP_MILLIS * 2e6);
        allowance = Math.min(most, allowance + (now - last) * bytesPerNano);
        last = now;
        while (!held.isEmpty() && allowance >= 1) {
            ByteBuf first = held.getFirst();
            int run = (int) Math.min(first.readableBytes(), (long) allowance);
            if (run == first.readableBytes()) {
                held.removeFirst();
                out.accept(first);
            } else {
                out.accept(first.readRetainedSlice(run));
            }
            allowance -= run;
            heldBytes -= run;
        }
        if (held.isEmpty()) {
            drained.run();
        } else if (!scheduled) {
            scheduled = true;
            loop.schedule(this::step, STEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void step() {
        scheduled = false;
        release();
    }

    /** Lets go of what is held. */
    void close() {
        closed = true;
        held.forEach(ByteBuf::release);
        held.clear();
        heldBytes = 0;
    }
}
