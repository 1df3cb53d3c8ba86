package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.realtime.CloseFrame;
import dev.stillgate.proxy.dialect.realtime.RealtimeReader;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.observe.AccessRecord.SessionFigures;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Forwards the upstream's bytes of a Realtime session unchanged, and reports the usage in them as it passes. Not
 * thread-safe: runs on the exchange's event loop.
 */
final class SessionRelay extends ResponseRelay {
    private final EventLoopContext context;
    private final RealtimeReader reader = new RealtimeReader();
    private final Predicate<Usage> charge;
    private boolean over;

    /**
     * Sends the head of the response.
     *
     * @param charge charges usage; returns whether the session may go on
     */
    SessionRelay(RelayParts parts, Predicate<Usage> charge) {
        super(parts, false);
        this.context = parts.context();
        this.charge = charge;
    }

    @Override
    void read(ByteBuf bytes, ContentPieces content) {
        try {
            int start = bytes.readerIndex();
            for (int i = 0; i < content.count() && !over; i++) {
                int index = start + content.offset(i);
                forward(bytes.retainedSlice(index, meter(bytes, index, content.length(i))));
            }
        } finally {
            bytes.release();
        }
    }

    /** Reads content; returns the length up to the end of the frame after which the session is over, else all of it. */
    private int meter(ByteBuf in, int index, int length) {
        byte[] scratch = context.scratch();
        int at = 0;
        while (at < length && !over && !reader.isBroken()) {
            int run = Math.min(length - at, scratch.length);
            in.getBytes(index + at, scratch, 0, run);
            at += reader.read(scratch, 0, run);
            Usage part = reader.takePart();
            over = part != null && !charge.test(part);
        }
        return over ? at : length;
    }

    /** Returns whether the upstream has ended the session with a Close frame. */
    boolean isClosed() {
        return reader.isClosed();
    }

    /** Returns whether the end of the upstream's connection would cut the session. After unreadable frames it ends it. */
    boolean isOpen() {
        return !reader.isClosed() && !reader.isBroken();
    }

    /**
     * Sends a Close frame, unless the content forwarded so far ends within a frame or with the upstream's own Close
     * frame. Returns whether the client gets either Close frame.
     */
    boolean sendClose(Verdict.Reject why) {
        if (!reader.isBetweenFrames()) {
            return isClosed();
        }
        int code = switch (why.kind()) {
            case RATE_LIMITED, TOKENS_LIMITED, UNVERIFIED, BLOCKED -> CloseFrame.POLICY;
            case OVERLOADED -> CloseFrame.RESTART;
            default -> CloseFrame.ERROR;
        };
        forward(Unpooled.wrappedBuffer(CloseFrame.of(code, why.message())));
        return true;
    }

    /** Charges responses that have not ended, as estimated. Called once, at the end of the session. */
    void chargeRest() {
        Usage rest = reader.unfinishedUsage();
        if (rest != null) {
            over = !charge.test(rest);
        }
    }

    @Override
    boolean isWhole(boolean atChunkBoundary) {
        return reader.isBetweenFrames();
    }

    @Override
    Usage usage() {
        return reader.usage();
    }

    @Override
    @Nullable
    String model() {
        return reader.model();
    }

    @Override
    @Nullable
    String finishReason() {
        return reader.status();
    }

    @Override
    SessionFigures session() {
        return new SessionFigures(reader.responses(), reader.audioInput(), reader.audioOutput(), reader.hasErrors());
    }

    @Override
    void close() {
        if (reader.hasErrors()) {
            context.meters().unreadableResponse();
        }
    }
}
