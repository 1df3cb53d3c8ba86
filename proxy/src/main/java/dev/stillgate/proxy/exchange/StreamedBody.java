package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.relay.UpstreamStream;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Request body that is forwarded unread as it arrives, with backpressure and new framing. Content that arrives before
 * the upstream is connected is buffered, and reading pauses.
 *
 * <p>Small pieces are combined until the current read has been processed. Otherwise a client that sends one-byte chunks
 * would cause a system call and a packet for each.
 */
final class StreamedBody implements RequestBody {
    private static final int SMALL = 1024;
    private static final int GATHER_BUFFER = 8 * 1024;

    private final LiveExchange exchange;
    private final EventLoopContext context;
    private final Downstream downstream;
    private final long max;
    private final boolean chunked;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private boolean gathering;
    private boolean passing;
    private long length;
    private boolean ended;
    private boolean finished;
    private boolean released;

    StreamedBody(
            LiveExchange exchange, EventLoopContext context, Downstream downstream, BodyFraming framing, long max) {
        this.exchange = exchange;
        this.context = context;
        this.downstream = downstream;
        this.chunked = framing.kind() == BodyFraming.Kind.CHUNKED;
        this.max = max;
        this.ended = framing.kind() == BodyFraming.Kind.NONE;
    }

    @Override
    public void piece(ByteBuf in, int index, int count) {
        if (released) {
            return;
        }
        length += count;
        if (length > max) {
            exchange.refuse(Verdict.Kind.TOO_LARGE, "body-too-large", "The request body is too large.");
            return;
        }
        if (count >= SMALL) {
            held.add(in.retainedSlice(index, count));
            gathering = false;
            pass();
        } else {
            gather(in, index, count);
            if (!passing) {
                passing = true;
                context.loop().execute(this::passGathered);
            }
        }
    }

    private void gather(ByteBuf in, int index, int count) {
        ByteBuf last = gathering ? held.peekLast() : null;
        if (last == null || last.writableBytes() < count) {
            last = exchange.buffer(GATHER_BUFFER);
            gathering = true;
            held.add(last);
        }
        last.writeBytes(in, index, count);
    }

    private void passGathered() {
        passing = false;
        pass();
    }

    @Override
    public void end() {
        ended = true;
        pass();
    }

    @Override
    public void writable() {
        pass();
    }

    private void pass() {
        if (released) {
            return;
        }
        UpstreamStream upstream = exchange.connectedUpstream();
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
    public void release() {
        released = true;
        held.forEach(ByteBuf::release);
        held.clear();
    }
}
