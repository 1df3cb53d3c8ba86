package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.usage.UsageEventGate;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The stage of an answer's relay that takes the usage event out which the gateway, not the caller, has asked for. */
final class UsageStage implements UsageEventGate.Out {
    private final EventLoopContext lane;
    private final UsageEventGate gate;
    private final Consumer<ByteBuf> out;
    private @Nullable ByteBuf piece;
    private int pieceOffset;

    /**
     * A stage at the start of an answer.
     *
     * @param out takes what passes, and its ownership
     */
    UsageStage(EventLoopContext lane, Consumer<ByteBuf> out) {
        this.lane = lane;
        this.gate = new UsageEventGate(lane.usageEvents());
        this.out = out;
    }

    /** Takes content, which stays the caller's. */
    void content(ByteBuf in, int index, int length) {
        piece = in;
        if (in.hasArray()) {
            pieceOffset = -in.arrayOffset();
            gate.read(in.array(), in.arrayOffset() + index, length, this);
        } else {
            byte[] scratch = lane.scratch();
            for (int at = index; at < index + length; at += scratch.length) {
                int run = Math.min(index + length - at, scratch.length);
                in.getBytes(at, scratch, 0, run);
                pieceOffset = at;
                gate.read(scratch, 0, run, this);
            }
        }
        piece = null;
    }

    @Override
    public void pass(int from, int to) {
        if (piece != null) {
            out.accept(piece.retainedSlice(pieceOffset + from, to - from));
        }
    }

    @Override
    public void held(byte[] bytes, int length) {
        out.accept(lane.buffer(length).writeBytes(bytes, 0, length));
    }

    /** Returns whether nothing waits for the end of its event. */
    boolean isEmpty() {
        return gate.isEmpty();
    }

    /** The answer has ended, or broken off. */
    void end() {
        gate.end(this);
    }
}
