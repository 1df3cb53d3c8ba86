package dev.stillgate.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Incremental parser of HTTP/2 frames (RFC 9113 sections 3.4, 4 and 6). Input may be cut at any byte. Validates each
 * frame, joins CONTINUATION frames, and charges the {@link AbuseBudget} for frames that carry nothing. Buffers at most
 * one frame and one field section.
 */
public final class Http2FrameReader {
    public static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** Maximum number of CONTINUATION frames in a field section: an endless sequence is an attack (CVE-2024-27316). */
    public static final int MAX_CONTINUATIONS = 8;

    private static final int SETTING_SIZE = 6;
    private static final int SETTINGS_PER_CHARGE = 8;

    private final Http2FrameSink sink;
    private final AbuseBudget abuseBudget;
    private final int maxBlock;
    private int preface;
    private boolean settingsReceived;
    private @Nullable ByteBuf partial;
    private @Nullable ByteBuf block;
    private int blockStream;
    private boolean blockEnds;
    private int continuations;

    private Http2FrameReader(Http2FrameSink sink, AbuseBudget abuseBudget, int maxBlock, int preface) {
        this.sink = sink;
        this.abuseBudget = abuseBudget;
        this.maxBlock = maxBlock;
        this.preface = preface;
    }

    /**
     * Returns a reader of a client's frames, which start with the connection preface.
     *
     * @param maxBlock the largest compressed field section, in bytes
     */
    public static Http2FrameReader ofClient(Http2FrameSink sink, AbuseBudget abuseBudget, int maxBlock) {
        return new Http2FrameReader(sink, abuseBudget, maxBlock, 0);
    }

    /**
     * Returns a reader of an upstream's frames, which start with SETTINGS.
     *
     * @param maxBlock the largest compressed field section, in bytes
     */
    public static Http2FrameReader ofUpstream(Http2FrameSink sink, AbuseBudget abuseBudget, int maxBlock) {
        return new Http2FrameReader(sink, abuseBudget, maxBlock, PREFACE.length);
    }

    /**
     * Returns whether the connection preface is complete, including the peer's first SETTINGS (RFC 9113 section 3.4).
     */
    public boolean isPrefaceComplete() {
        return settingsReceived;
    }

    /** Returns the stream with an incomplete field section; 0 if there is none. */
    public int incompleteFieldsStream() {
        return block == null ? 0 : blockStream;
    }

    /**
     * Reads all bytes. The caller keeps ownership of the buffer.
     *
     * @throws Http2Fault when a frame violates the protocol or the budget is exhausted
     */
    public void feed(ByteBufAllocator alloc, ByteBuf in) throws Http2Fault {
        while (preface < PREFACE.length && in.isReadable()) {
            if (in.readByte() != PREFACE[preface++]) {
                throw Http2Fault.protocol("http2-preface");
            }
        }
        while (in.isReadable()) {
            if (partial != null) {
                complete(partial, in);
            } else if (in.readableBytes() >= Http2Wire.FRAME_HEAD
                    && in.readableBytes() >= Http2Wire.FRAME_HEAD + payload(in, in.readerIndex())) {
                frame(in);
            } else {
                partial = alloc.directBuffer(Http2Wire.FRAME_HEAD, Http2Wire.FRAME_HEAD + Http2Wire.MAX_FRAME);
            }
        }
    }

    /** Appends to the partial frame, and handles the frame when it is complete. */
    private void complete(ByteBuf frame, ByteBuf in) throws Http2Fault {
        int head = Http2Wire.FRAME_HEAD - frame.readableBytes();
        if (head > 0) {
            frame.writeBytes(in, Math.min(head, in.readableBytes()));
        }
        if (frame.readableBytes() < Http2Wire.FRAME_HEAD) {
            return;
        }
        int missing = Http2Wire.FRAME_HEAD + payload(frame, 0) - frame.readableBytes();
        frame.writeBytes(in, Math.min(missing, in.readableBytes()));
        if (missing <= 0 || frame.readableBytes() == Http2Wire.FRAME_HEAD + payload(frame, 0)) {
            partial = null;
            try {
                frame(frame);
            } finally {
                frame.release();
            }
        }
    }

    private static int payload(ByteBuf in, int at) throws Http2Fault {
        int length = in.getUnsignedMedium(at);
        if (length > Http2Wire.MAX_FRAME) {
            throw Http2Fault.frameSize();
        }
        return length;
    }

    /** Handles the complete frame at the reader index. */
    private void frame(ByteBuf in) throws Http2Fault {
        int length = in.readUnsignedMedium();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & Integer.MAX_VALUE;
        int end = in.readerIndex() + length;
        if (!settingsReceived) {
            if (type != Http2Wire.SETTINGS || (flags & Http2Wire.ACK) != 0) {
                throw Http2Fault.protocol("http2-preface");
            }
            settingsReceived = true;
        }
        if (block != null && (type != Http2Wire.CONTINUATION || stream != blockStream)) {
            throw Http2Fault.protocol("http2-continuation");
        }
        switch (type) {
            case Http2Wire.DATA -> data(in, length, flags, stream);
            case Http2Wire.HEADERS -> headers(in, length, flags, stream);
            case Http2Wire.PRIORITY -> priority(in, length, stream);
            case Http2Wire.RST_STREAM -> reset(in, length, stream);
            case Http2Wire.SETTINGS -> settings(in, length, flags, stream);
            case Http2Wire.PING -> ping(in, length, flags, stream);
            case Http2Wire.GOAWAY -> goAway(in, length, stream);
            case Http2Wire.WINDOW_UPDATE -> windowUpdate(in, length, stream);
            case Http2Wire.CONTINUATION -> continuation(in, length, flags);
            case Http2Wire.PUSH_PROMISE -> throw Http2Fault.protocol("http2-push");
            default -> abuseBudget.charge(1);
        }
        in.readerIndex(end);
    }

    private static void requireStream(int stream) throws Http2Fault {
        if (stream == 0) {
            throw Http2Fault.protocol("http2-stream-0");
        }
    }

    private static void requireConnection(int stream) throws Http2Fault {
        if (stream != 0) {
            throw Http2Fault.protocol("http2-stream-id");
        }
    }

    /**
     * Reads the padding length and returns it; 0 without padding.
     *
     * @param others size of the frame's other fixed fields, in bytes
     */
    private static int padding(ByteBuf in, int length, int flags, int others) throws Http2Fault {
        if ((flags & Http2Wire.PADDED) == 0) {
            if (length < others) {
                throw Http2Fault.frameSize();
            }
            return 0;
        }
        if (length < 1 + others) {
            throw Http2Fault.frameSize();
        }
        int padding = in.readUnsignedByte();
        if (padding > length - 1 - others) {
            throw Http2Fault.protocol("http2-padding");
        }
        return padding;
    }

    private void data(ByteBuf in, int length, int flags, int stream) throws Http2Fault {
        requireStream(stream);
        int end = in.readerIndex() + length;
        int padding = padding(in, length, flags, 0);
        int content = end - padding - in.readerIndex();
        boolean last = (flags & Http2Wire.END_STREAM) != 0;
        if (content == 0 && !last) {
            abuseBudget.charge(1); // CVE-2019-9518
        }
        sink.onData(stream, in, in.readerIndex(), content, length, last);
    }

    private void headers(ByteBuf in, int length, int flags, int stream) throws Http2Fault {
        requireStream(stream);
        boolean hasPriority = (flags & Http2Wire.WITH_PRIORITY) != 0;
        int end = in.readerIndex() + length;
        int padding = padding(in, length, flags, hasPriority ? 5 : 0);
        if (hasPriority) {
            if ((in.readInt() & Integer.MAX_VALUE) == stream) {
                throw Http2Fault.protocol("http2-priority");
            }
            in.skipBytes(1);
        }
        int size = end - padding - in.readerIndex();
        boolean last = (flags & Http2Wire.END_STREAM) != 0;
        if ((flags & Http2Wire.END_HEADERS) != 0) {
            sink.onFields(stream, in.slice(in.readerIndex(), size), last);
        } else {
            blockStream = stream;
            blockEnds = last;
            continuations = 0;
            ByteBuf joined = in.alloc().buffer(Math.max(size, 256));
            block = joined;
            add(joined, in, size);
        }
    }

    private void continuation(ByteBuf in, int length, int flags) throws Http2Fault {
        ByteBuf joined = block;
        if (joined == null) {
            throw Http2Fault.protocol("http2-continuation");
        }
        if (++continuations > MAX_CONTINUATIONS) {
            throw Http2Fault.calm("http2-continuations");
        }
        add(joined, in, length);
        if ((flags & Http2Wire.END_HEADERS) != 0) {
            block = null;
            try {
                sink.onFields(blockStream, joined, blockEnds);
            } finally {
                joined.release();
            }
        }
    }

    private void add(ByteBuf joined, ByteBuf in, int size) throws Http2Fault {
        if (joined.readableBytes() + size > maxBlock) {
            throw Http2Fault.calm("http2-header-block");
        }
        joined.writeBytes(in, in.readerIndex(), size);
    }

    private void priority(ByteBuf in, int length, int stream) throws Http2Fault {
        requireStream(stream);
        if (length != 5) {
            throw Http2Fault.frameSize();
        }
        if ((in.readInt() & Integer.MAX_VALUE) == stream) {
            throw Http2Fault.protocol("http2-priority");
        }
        abuseBudget.charge(1); // PRIORITY has no effect (RFC 9113 section 5.3.2)
    }

    private void reset(ByteBuf in, int length, int stream) throws Http2Fault {
        requireStream(stream);
        if (length != 4) {
            throw Http2Fault.frameSize();
        }
        abuseBudget.charge(1);
        sink.onReset(stream, in.readInt());
    }

    private void settings(ByteBuf in, int length, int flags, int stream) throws Http2Fault {
        requireConnection(stream);
        boolean ack = (flags & Http2Wire.ACK) != 0;
        if (length % SETTING_SIZE != 0 || (ack && length > 0)) {
            throw Http2Fault.frameSize();
        }
        abuseBudget.charge(1 + length / SETTING_SIZE / SETTINGS_PER_CHARGE);
        if (!ack) {
            for (int left = length; left > 0; left -= SETTING_SIZE) {
                sink.onSetting(in.readUnsignedShort(), in.readUnsignedInt());
            }
            sink.onSettingsEnd();
        }
    }

    private void ping(ByteBuf in, int length, int flags, int stream) throws Http2Fault {
        requireConnection(stream);
        if (length != 8) {
            throw Http2Fault.frameSize();
        }
        abuseBudget.charge(1);
        if ((flags & Http2Wire.ACK) == 0) {
            sink.onPing(in.readLong());
        }
    }

    private void goAway(ByteBuf in, int length, int stream) throws Http2Fault {
        requireConnection(stream);
        if (length < 8) {
            throw Http2Fault.frameSize();
        }
        abuseBudget.charge(1);
        sink.onGoAway(in.readInt() & Integer.MAX_VALUE, in.readInt());
    }

    private void windowUpdate(ByteBuf in, int length, int stream) throws Http2Fault {
        if (length != 4) {
            throw Http2Fault.frameSize();
        }
        int increment = in.readInt() & Integer.MAX_VALUE;
        if (increment == 0) {
            throw Http2Fault.protocol("http2-window-update");
        }
        abuseBudget.charge(1);
        sink.onWindowUpdate(stream, increment);
    }

    /** Releases the buffered frame and field section. */
    public void release() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
        if (block != null) {
            block.release();
            block = null;
        }
    }
}
