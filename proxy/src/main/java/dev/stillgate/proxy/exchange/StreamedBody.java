package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.relay.UpstreamStream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Request body that is forwarded unread as it arrives, with backpressure and new framing. Content that arrives before
 * the upstream is connected is buffered, and reading pauses.
 *
 * <p>Small pieces are combined until the current read has been processed. Otherwise a client that sends one-byte chunks
 * would cause a system call and a packet for each.
 */
final class StreamedBody extends RequestBody {
    private static final int SMALL = 1024;
    private static final int GATHER_BUFFER = 8 * 1024;

    private final EventLoopContext context;
    private final Downstream downstream;
    private final Runnable passLater;
    private final long max;
    private final boolean chunked;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private boolean gathering;
    private boolean passesSoon;
    private long length;
    private boolean ended;
    private boolean finished;
    private boolean released;

    /**
     * Creates the body of a request.
     *
     * @param passLater calls {@link #pass} with the upstream of then
     * @param max the maximum length in bytes
     */
    StreamedBody(EventLoopContext context, Downstream downstream, Runnable passLater, BodyFraming framing, long max) {
        this.context = context;
        this.downstream = downstream;
        this.passLater = passLater;
        this.chunked = framing.kind() == BodyFraming.Kind.CHUNKED;
        this.max = max;
        this.ended = framing.kind() == BodyFraming.Kind.NONE;
    }

    @Override
    boolean add(ByteBuf in, int index, int count) throws BadMessage {
        if (released) {
            return false;
        }
        length += count;
        if (length > max) {
            throw tooLarge();
        }
        if (count >= SMALL) {
            held.add(in.retainedSlice(index, count));
            gathering = false;
            return true;
        }
        gather(in, index, count);
        if (!passesSoon) {
            passesSoon = true;
            context.loop().execute(this::passGathered);
        }
        return false;
    }

    private void passGathered() {
        passesSoon = false;
        if (!released) {
            passLater.run();
        }
    }

    private void gather(ByteBuf in, int index, int count) {
        ByteBuf last = gathering ? held.peekLast() : null;
        if (last == null || last.writableBytes() < count) {
            last = context.buffer(GATHER_BUFFER);
            gathering = true;
            held.add(last);
        }
        last.writeBytes(in, index, count);
    }

    @Override
    boolean end() {
        ended = true;
        return !released;
    }

    @Override
    void pass(@Nullable UpstreamStream upstream) {
        if (released) { // the exchange has ended, so reading is up to the connection
            return;
        }
        if (upstream == null) {
            downstream.setReading(ended);
            return;
        }
        write(upstream);
        if (released) { // the write failed and ended the exchange, so reading is up to the connection again
            return;
        }
        downstream.setReading(ended || (held.isEmpty() && upstream.isWritable()));
    }

    private void write(UpstreamStream upstream) {
        boolean wrote = false;
        while (!held.isEmpty() && upstream.isWritable()) {
            ByteBuf piece = held.removeFirst();
            if (chunked) {
                upstream.writeChunk(piece);
            } else {
                upstream.write(piece);
            }
            wrote = true;
        }
        if (ended && held.isEmpty() && !finished) {
            finished = true;
            if (chunked) {
                upstream.endChunks();
                wrote = true;
            } else {
                upstream.endRequest();
            }
        }
        if (wrote) {
            upstream.flush();
        }
    }

    @Override
    void release() {
        released = true;
        held.forEach(ByteBuf::release);
        held.clear();
    }
}
