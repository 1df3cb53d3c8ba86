package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.frames.FrameReader;
import dev.stillgate.proxy.dialect.frames.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Stage of an {@link AnswerRelay} that turns the frames of an AWS event stream into server-sent events, which the other
 * stages read. Bytes that are no readable event become comments. Not thread-safe: runs on the exchange's event loop.
 */
final class FrameStage implements FrameReader.Out {
    private static final int PIECE = 8 * 1024;
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = {'\n', '\n'};

    private final FrameReader reader = new FrameReader();
    private final Sink sink;
    private byte[] piece = {};

    /** Receiver of the events, in order. */
    interface Sink {
        /** Receives whole events or comments; does not take ownership. */
        void events(ByteBuf sse);

        /** Announces that the stream has no further events. */
        void last();
    }

    FrameStage(Sink sink) {
        this.sink = sink;
    }

    /** Reads content; does not take ownership of {@code in}. */
    void content(ByteBuf in, int index, int length) {
        if (in.hasArray()) {
            reader.read(in.array(), in.arrayOffset() + index, length, this);
            return;
        }
        if (piece.length == 0) {
            piece = new byte[PIECE]; // not the event loop's scratch memory, which the sink may use
        }
        for (int at = index; at < index + length; at += PIECE) {
            int run = Math.min(index + length - at, PIECE);
            in.getBytes(at, piece, 0, run);
            reader.read(piece, 0, run, this);
        }
    }

    @Override
    public void event(byte[] json) {
        byte[] sse = Arrays.copyOf(DATA, DATA.length + json.length + END.length);
        System.arraycopy(json, 0, sse, DATA.length, json.length);
        System.arraycopy(END, 0, sse, DATA.length + json.length, END.length);
        sink.events(Unpooled.wrappedBuffer(sse));
    }

    @Override
    public void other(byte[] bytes, int from, int to) {
        sink.events(Unpooled.wrappedBuffer(FrameWriter.comment(bytes, from, to)));
    }

    @Override
    public void exception(byte[] bytes, int from, int to) {
        sink.last();
        other(bytes, from, to);
    }

    /** Passes an incomplete frame at the end of a response. */
    void end() {
        if (!reader.isEmpty()) {
            sink.last();
            reader.end(this);
        }
    }

    /** Returns whether the content so far ends with a complete frame. */
    boolean isEmpty() {
        return reader.isEmpty();
    }

    boolean hasErrors() {
        return reader.hasErrors();
    }
}
