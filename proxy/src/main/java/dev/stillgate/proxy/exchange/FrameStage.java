package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.frames.FrameReader;
import dev.stillgate.proxy.dialect.frames.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Stage of a {@link ResponseRelay} that turns the frames of an AWS event stream into server-sent events, which the other
 * stages read. All other bytes become comments. Not thread-safe: runs on the exchange's event loop.
 */
final class FrameStage implements FrameReader.Out {
    private static final int PIECE = 8 * 1024;
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = {'\n', '\n'};

    private final FrameReader reader = new FrameReader();
    private final FrameWriter writer = new FrameWriter();
    private final Sink sink;
    private byte[] piece = {};

    /** Receiver of the events, in order. */
    interface Sink {
        /** Receives whole events or comments; does not take ownership. */
        void content(ByteBuf in, int index, int length);

        /** Announces that the stream has no further events. */
        void lastContent();
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
        pass(sse);
    }

    @Override
    public void other(byte[] bytes, int from, int to) {
        pass(FrameWriter.comment(bytes, from, to));
    }

    private void pass(byte[] sse) {
        sink.content(Unpooled.wrappedBuffer(sse), 0, sse.length);
    }

    @Override
    public void exception(byte[] bytes, int from, int to) {
        sink.lastContent();
        other(bytes, from, to);
    }

    /** Passes an incomplete frame at the end of a response. */
    void end() {
        if (!reader.isEmpty()) {
            sink.lastContent();
            reader.end(this);
        }
    }

    /**
     * Writes edited events as frames.
     *
     * @param sse events or parts of events; ownership is taken
     * @param out receives the frames and their ownership
     */
    void write(ByteBuf sse, Consumer<ByteBuf> out) {
        byte[] bytes = new byte[sse.readableBytes()];
        sse.readBytes(bytes);
        sse.release();
        byte[] written = writer.read(bytes, 0, bytes.length);
        if (written.length > 0) {
            out.accept(Unpooled.wrappedBuffer(written));
        }
    }

    /** Returns whether the content so far ends with a complete frame. */
    boolean isEmpty() {
        return reader.isEmpty();
    }

    /** Returns whether the frames written so far are complete. */
    boolean isWritten() {
        return reader.isBetween() && writer.isEmpty();
    }

    boolean hasErrors() {
        return reader.hasErrors();
    }
}
