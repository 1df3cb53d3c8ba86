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
 * Rate limiter for the bytes of one response (token bucket). Not thread-safe.
 *
 * <p>It buffers most responses completely, so that the upstream does not time out on a slow reader. Above {@link #MOST}
 * bytes, or {@link #HIGH} while memory is scarce, {@link #full} requests that reading pause; one more read may still
 * arrive.
 *
 * <p>The official SDKs time out a request after ten minutes, some even during a stream, and the head may take two of
 * these. Therefore the rate is raised if the buffered bytes would otherwise not be forwarded within {@link #LONGEST}
 * after the head.
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
     * Creates the pacer of a response.
     *
     * @param memory the buffered bytes of all paced responses of the event loop
     * @param bytesPerSecond the rate
     * @param out receives the bytes that may pass now, and their ownership
     * @param stepped runs after a timer has forwarded bytes, which must then be flushed
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

    /** Adds bytes and forwards as many as the rate allows; the calling code must flush. Takes ownership. */
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

    /** Copies a small piece, which may be a slice of a much larger buffer. */
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

    /** Returns whether reading from the upstream should pause. */
    public boolean full() {
        return heldBytes > HIGH && (heldBytes > MOST || memory.scarce());
    }

    public boolean isEmpty() {
        return held.isEmpty();
    }

    /** Returns the number of buffered bytes. */
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

    /** Returns the rate in bytes per nanosecond, raised if needed to finish within {@link #LONGEST}. */
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

    /** Releases all buffers. */
    public void close() {
        closed = true;
        held.forEach(ByteBuf::release);
        held.clear();
        memory.remove(heldBytes);
        heldBytes = 0;
    }
}
