package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.ResponseEditor;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stage of a {@link ResponseRelay} that sends the response's prose through the filters' taps. The end of the response is
 * held until the taps release it, for at most {@link #LONGEST}. Not thread-safe: runs on the exchange's event loop.
 */
final class ProseStage implements ResponseEditor.Out {
    /** The maximum time for which the end of a response is held. */
    static final Duration LONGEST = Duration.ofMillis(250);

    /** The maximum delay of a timeout check, which is subtracted from {@link #LONGEST}. */
    private static final Duration TICK = Duration.ofMillis(50);

    private static final int EXTRA_CAPACITY = 256;

    private final EventLoopContext context;
    private final ResponseEditor editor;
    private final ResponseTap.Prose prose;
    private final boolean edits;
    private final ResponseMeter meter;
    private final Consumer<ByteBuf> out;
    private final Runnable released;
    private final ArrayDeque<ByteBuf> ready = new ArrayDeque<>();
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private @Nullable ByteBuf piece;
    private boolean last;
    private boolean broken;
    private boolean closed;
    private Release.@Nullable Hold hold;
    private EventLoopContext.@Nullable Watch watch;
    private long due;

    /**
     * Creates the stage of a response.
     *
     * @param meter receives the edited content
     * @param out receives the edited content and its ownership
     * @param released runs after the held end has been forwarded
     */
    ProseStage(
            EventLoopContext context, Tapping tapping, ResponseMeter meter, Consumer<ByteBuf> out, Runnable released) {
        this.context = context;
        this.editor = new ResponseEditor(tapping.operation(), tapping.sse(), tapping.prose());
        this.prose = tapping.prose();
        this.edits = tapping.edits();
        this.meter = meter;
        this.out = out;
        this.released = released;
    }

    /** Returns whether the forwarded prose contains a tap's mark. */
    boolean isMarked() {
        return edits && prose.sites() > 0;
    }

    /** Reads content; does not take ownership of {@code in}. */
    void content(ByteBuf in, int index, int length) {
        if (in.hasArray()) {
            editor.read(in.array(), in.arrayOffset() + index, length, this);
            pass();
        } else {
            byte[] scratch = context.scratch();
            for (int at = index; at < index + length; at += scratch.length) {
                int run = Math.min(index + length - at, scratch.length);
                in.getBytes(at, scratch, 0, run);
                editor.read(scratch, 0, run, this);
                pass();
            }
        }
    }

    @Override
    public void write(byte[] bytes, int from, int to) {
        if (!edits) {
            return;
        }
        int length = to - from;
        meter.content(bytes, from, length);
        ByteBuf into = piece;
        if (into == null || into.writableBytes() < length) {
            endPiece();
            into = context.buffer(length + EXTRA_CAPACITY);
            piece = into;
        }
        into.writeBytes(bytes, from, length);
    }

    private void endPiece() {
        ByteBuf written = piece;
        piece = null;
        if (written != null) {
            (hold == null ? ready : held).add(written);
        }
    }

    /**
     * Forwards the written content. Must not be called while the editor reads, since {@code out} may use the scratch
     * memory.
     */
    private void pass() {
        endPiece();
        while (!ready.isEmpty()) {
            out.accept(ready.removeFirst());
        }
    }

    @Override
    public void last() {
        last = true;
        endPiece();
        Release release = editor.release();
        if (edits && !broken && release instanceof Release.Hold wait && !wait.isOver()) {
            hold = wait;
            due = context.ticker().nanos() + LONGEST.minus(TICK).toNanos();
            watch = context.watch(this::checkHold);
            wait.onRelease(this::onRelease);
        }
    }

    private long checkHold(long now) {
        Release.Hold wait = hold;
        if (wait != null && now - due >= 0) {
            wait.expire();
        }
        return 0;
    }

    /** Called on any thread. */
    private void onRelease() {
        try {
            context.loop().execute(this::releaseHeld);
        } catch (RejectedExecutionException shutDown) {
            // the event loop is shut down, so the exchange has ended
        }
    }

    private void releaseHeld() {
        if (!closed && hold != null) {
            passHeld();
            released.run();
        }
    }

    private void passHeld() {
        hold = null;
        stopWatching();
        while (!held.isEmpty()) {
            out.accept(held.removeFirst());
        }
    }

    private void stopWatching() {
        if (watch != null) {
            watch.stop();
            watch = null;
        }
    }

    /** Returns whether the end of the response is held. */
    boolean isHolding() {
        return hold != null;
    }

    /** Returns whether no content is buffered. */
    boolean isEmpty() {
        return editor.isEmpty() && hold == null;
    }

    /** Ends the prose after the upstream's last content. */
    void end() {
        if (!last) {
            editor.end(this);
        }
        pass();
    }

    /** Forwards all buffered content of an incomplete response without waiting for a release. */
    void cut() {
        broken = true;
        end();
        passHeld();
    }

    /** Releases all buffers. */
    void close() {
        closed = true;
        hold = null;
        stopWatching();
        held.forEach(ByteBuf::release);
        held.clear();
        ready.forEach(ByteBuf::release);
        ready.clear();
        if (piece != null) {
            piece.release();
            piece = null;
        }
    }
}
