package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.stream.UsageEventGate;
import dev.stillgate.spi.Operation;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stage of a {@link ResponseRelay} that removes the usage event that the gateway, not the client, has requested. */
final class UsageStage implements UsageEventGate.Out {
    private final EventLoopContext context;
    private final UsageEventGate gate;
    private final Consumer<ByteBuf> out;
    private @Nullable ByteBuf piece;
    private int pieceOffset;

    /**
     * Creates the stage of a response.
     *
     * @param operation the operation whose stream it is
     * @param out receives the remaining content and its ownership
     */
    UsageStage(EventLoopContext context, Operation operation, Consumer<ByteBuf> out) {
        this.context = context;
        this.gate = new UsageEventGate(context.reader().usageEvents(operation));
        this.out = out;
    }

    /** Reads content; does not take ownership of {@code in}. */
    void content(ByteBuf in, int index, int length) {
        piece = in;
        if (in.hasArray()) {
            pieceOffset = -in.arrayOffset();
            gate.read(in.array(), in.arrayOffset() + index, length, this);
        } else {
            byte[] scratch = context.scratch();
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
        out.accept(context.buffer(length).writeBytes(bytes, 0, length));
    }

    /** Returns whether no part of an event is buffered. */
    boolean isEmpty() {
        return gate.isEmpty();
    }

    /** Forwards the buffered content at the end of a complete or incomplete response. */
    void end() {
        gate.end(this);
    }
}
