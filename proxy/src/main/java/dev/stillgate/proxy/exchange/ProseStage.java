package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.prose.AnswerEditor;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The stage of an answer's relay that sends its prose through the filters' taps. What the answer ends with is held until the
 * taps release it, at most {@link #LONGEST}.
 */
final class ProseStage implements AnswerEditor.Out {
    /** The longest that the end of an answer is held. */
    static final Duration LONGEST = Duration.ofMillis(250);

    /** A look at the clock may come so much later than it is due. */
    private static final Duration TICK = Duration.ofMillis(50);

    private static final int ROOM = 256;

    private final EventLoopContext lane;
    private final AnswerEditor editor;
    private final ResponseTap.Prose prose;
    private final boolean edits;
    private final AnswerMeter meter;
    private final Consumer<ByteBuf> out;
    private final Runnable released;
    private final ArrayDeque<ByteBuf> ready = new ArrayDeque<>();
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private @Nullable ByteBuf piece;
    private boolean last;
    private boolean broken;
    private boolean closed;
    private Release.@Nullable Hold hold;
    private @Nullable Runnable watch;
    private long due;

    /**
     * A stage at the start of an answer.
     *
     * @param meter is told of what passes
     * @param out takes what passes, and its ownership
     * @param released runs when what was held has passed
     */
    ProseStage(EventLoopContext lane, Tapping tapping, AnswerMeter meter, Consumer<ByteBuf> out, Runnable released) {
        this.lane = lane;
        this.editor = new AnswerEditor(tapping.operation(), tapping.sse(), tapping.prose());
        this.prose = tapping.prose();
        this.edits = tapping.edits();
        this.meter = meter;
        this.out = out;
        this.released = released;
    }

    /** Returns whether what passes is what it hands on; else it only looks on. */
    boolean edits() {
        return edits;
    }

    /** Returns whether the prose so far bears a tap's mark. */
    boolean isMarked() {
        return edits && prose.sites() > 0;
    }

    /** Takes content, which stays the caller's. */
    void content(ByteBuf in, int index, int length) {
        if (in.hasArray()) {
            editor.read(in.array(), in.arrayOffset() + index, length, this);
            pass();
        } else {
            byte[] scratch = lane.scratch();
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
            into = lane.buffer(length + ROOM);
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

    /** Hands on what has been written. Not while the editor reads: who takes it may use the lane's scratch memory, too. */
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
            due = lane.ticker().nanos() + LONGEST.minus(TICK).toNanos();
            watch = lane.watch(this::look);
            wait.onRelease(this::onRelease);
        }
    }

    private void look(long now) {
        Release.Hold wait = hold;
        if (wait != null && now - due >= 0) {
            wait.expire();
        }
    }

    /** On any thread. */
    private void onRelease() {
        try {
            lane.loop().execute(this::letGo);
        } catch (RejectedExecutionException shutDown) {
            // the event loop has ended, and the exchange with it
        }
    }

    private void letGo() {
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
            watch.run();
            watch = null;
        }
    }

    /** Returns whether the end of the answer waits for its release. */
    boolean isHolding() {
        return hold != null;
    }

    /** Returns whether nothing waits, for its event's end or for its release. */
    boolean isEmpty() {
        return editor.isEmpty() && hold == null;
    }

    /** The answer is whole. */
    void end() {
        if (!last) {
            editor.end(this);
        }
        pass();
    }

    /** The answer breaks off: what is held passes, and nothing is waited for. */
    void cut() {
        broken = true;
        end();
        passHeld();
    }

    /** Lets go of what is held: nobody waits for it. */
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
