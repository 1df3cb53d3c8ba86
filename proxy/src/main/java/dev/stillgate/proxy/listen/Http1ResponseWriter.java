package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Downstream;
import dev.stillgate.proxy.exchange.LocalReply;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http2.LingeringClose;
import dev.stillgate.proxy.http2.PendingWrites;
import dev.stillgate.proxy.listen.Http1ResponseHeadWriter.Persistence;
import dev.stillgate.spi.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the responses of one HTTP/1.1 connection. Where the client can read the upstream's framing, the received bytes
 * pass unchanged. The head, small content and its framing share one buffer, and so one system call.
 */
final class Http1ResponseWriter implements Downstream {
    private static final byte[] CONTINUE = {
        'H', 'T', 'T', 'P', '/', '1', '.', '1', ' ', '1', '0', '0', ' ', 'C', 'o', 'n', 't', 'i', 'n', 'u', 'e', '\r',
        '\n', '\r', '\n'
    };
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] CRLF = {'\r', '\n'};
    private static final int SWITCHING = 101;
    private static final int JOINED = 4096;

    /** Limit on the bytes around the content of a chunk, and on those of the last chunk. */
    private static final int MOST_FRAMING = 16;

    private static final int TCP_ESTABLISHED = 1;

    /** How content is framed towards the client. */
    private enum Mode {
        /** The upstream's bytes, by Content-Length. */
        LENGTH,
        /** The upstream's bytes, chunked. */
        CHUNKS,
        /** Chunked by the gateway, because the upstream's response ends when its connection closes. */
        CHUNKING,
        /** Until the connection closes, because the client speaks HTTP/1.0. */
        UNTIL_CLOSE
    }

    private final Http1Connection connection;

    @SuppressWarnings("NullAway.Init") // set by open, before the first byte
    private ChannelHandlerContext ctx;

    @SuppressWarnings("NullAway.Init")
    private Channel channel;

    @SuppressWarnings("NullAway.Init")
    private ChannelPromise voidPromise;

    @SuppressWarnings("NullAway.Init")
    private PendingWrites pendingWrites;

    /** The head and small content that were not written yet. */
    private @Nullable ByteBuf gathered;

    private Mode mode = Mode.LENGTH;
    private boolean closes;
    private boolean toHead;
    private boolean switched;
    private boolean channelClosed;

    Http1ResponseWriter(Http1Connection connection) {
        this.connection = connection;
    }

    /** Binds this writer to the channel's pipeline. */
    void open(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        this.channel = ctx.channel();
        this.voidPromise = channel.voidPromise();
        this.pendingWrites = new PendingWrites(channel);
    }

    ByteBufAllocator alloc() {
        return ctx.alloc();
    }

    /** Prepares for the response to a request. */
    void begin(Http1Head request) {
        closes = false;
        toHead = request.methodIs("HEAD");
    }

    /** Prepares for the response to an invalid message. */
    void beginUnknown() {
        closes = true;
        toHead = false;
    }

    /** Returns whether the response announced that the connection closes. */
    boolean closes() {
        return closes;
    }

    /** Returns whether the gateway itself has switched to WebSocket. */
    boolean hasSwitched() {
        return switched;
    }

    @Override
    public void sendContinue() {
        ctx.write(Unpooled.wrappedBuffer(CONTINUE), voidPromise);
        ctx.flush();
    }

    @Override
    public boolean sendHead(Http1Head from, BodyFraming framing, List<Header> added) {
        boolean http11 = connection.head().minorVersion() == 1;
        mode = switch (framing.kind()) {
            case NONE, LENGTH -> Mode.LENGTH;
            case CHUNKED -> http11 ? Mode.CHUNKS : Mode.UNTIL_CLOSE;
            case UNTIL_CLOSE -> http11 ? Mode.CHUNKING : Mode.UNTIL_CLOSE;
        };
        Persistence after = mode == Mode.UNTIL_CLOSE ? Persistence.CLOSE : connection.persistence();
        if (from.status() == SWITCHING) {
            mode = Mode.UNTIL_CLOSE;
            after = Persistence.UPGRADED;
            connection.enterTunnel();
        }
        closes = after == Persistence.CLOSE || after == Persistence.UPGRADED;
        ByteBuf bytes = ctx.alloc().directBuffer(from.length() + 256 + 64 * added.size() + JOINED);
        boolean chunked = mode == Mode.CHUNKS || mode == Mode.CHUNKING;
        Http1ResponseHeadWriter.write(bytes, from, framing, added, chunked, after);
        gathered = bytes;
        return mode == Mode.LENGTH || mode == Mode.CHUNKS;
    }

    @Override
    public void sendBytes(ByteBuf bytes) {
        ByteBuf first = gathered;
        if (first != null && bytes.readableBytes() <= JOINED && bytes.readableBytes() <= first.writableBytes()) {
            first.writeBytes(bytes);
            bytes.release();
        } else {
            writeGathered();
            ctx.write(bytes, voidPromise);
        }
    }

    @Override
    public void sendContent(ByteBuf content) {
        int length = content.readableBytes();
        if (length == 0 || channelClosed) {
            content.release();
            return;
        }
        boolean chunked = mode == Mode.CHUNKING || mode == Mode.CHUNKS;
        boolean joins = length <= JOINED;
        if (!chunked && !joins) {
            sendBytes(content);
            return;
        }
        ByteBuf into = gather(MOST_FRAMING + (joins ? length : 0));
        if (chunked) {
            ByteBufUtil.writeAscii(into, Integer.toHexString(length));
            into.writeBytes(CRLF);
        }
        if (joins) {
            into.writeBytes(content);
            content.release();
        } else {
            writeGathered();
            ctx.write(content, voidPromise);
        }
        if (chunked) {
            gather(MOST_FRAMING).writeBytes(CRLF);
        }
    }

    /** Returns the buffer of unwritten bytes, with room for more. */
    private ByteBuf gather(int length) {
        ByteBuf into = gathered;
        if (into != null && into.writableBytes() < length) {
            writeGathered();
            into = null;
        }
        if (into == null) {
            into = ctx.alloc().directBuffer(length + MOST_FRAMING);
            gathered = into;
        }
        return into;
    }

    private void writeGathered() {
        ByteBuf bytes = gathered;
        if (bytes != null) {
            gathered = null;
            if (bytes.isReadable()) {
                ctx.write(bytes, voidPromise);
            } else {
                bytes.release();
            }
        }
    }

    @Override
    public void sendReply(LocalReply reply) {
        switched = reply.status() == SWITCHING;
        Persistence after = switched ? Persistence.UPGRADED : closes ? Persistence.CLOSE : connection.persistence();
        closes = after == Persistence.CLOSE;
        ByteBuf bytes = ctx.alloc().directBuffer(512 + 96 * reply.headers().size() + reply.body().length);
        Http1ResponseHeadWriter.write(
                bytes,
                reply.status(),
                reply.headers(),
                reply.body().length,
                connection.context().ticker().millis(),
                after);
        if (!toHead) {
            bytes.writeBytes(reply.body());
        }
        ctx.write(bytes, voidPromise);
        ctx.flush();
    }

    @Override
    public void end() {
        if (mode == Mode.CHUNKING && !toHead) {
            gather(MOST_FRAMING).writeBytes(LAST_CHUNK);
        }
        writeGathered();
        ctx.flush();
    }

    @Override
    public void sendEvent(byte[] event) {
        if (mode != Mode.LENGTH) {
            sendContent(Unpooled.wrappedBuffer(event));
        }
    }

    @Override
    public void abort() {
        closes = true;
        writeGathered();
        ctx.flush();
        if (mode == Mode.UNTIL_CLOSE) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
        if (tls != null) {
            tls.close(); // without close_notify, which would mark the response as complete
        } else {
            close();
        }
    }

    @Override
    public void flush() {
        writeGathered();
        ctx.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void setReading(boolean wanted) {
        if (!channelClosed && channel.config().isAutoRead() != wanted) {
            channel.config().setAutoRead(wanted);
            connection.readingChanged();
        }
    }

    boolean isReading() {
        return channel.config().isAutoRead();
    }

    @Override
    public void exchangeEnded() {
        connection.exchangeEnded();
    }

    /** Returns whether the kernel reports that the client closed; false where it cannot be asked. */
    boolean isClientGone() {
        try {
            int state = switch (channel) {
                case IoUringSocketChannel socket -> socket.tcpInfo().state();
                case EpollSocketChannel socket -> socket.tcpInfo().state();
                default -> TCP_ESTABLISHED;
            };
            return state != TCP_ESTABLISHED;
        } catch (ChannelException e) {
            return true; // the socket no longer exists
        }
    }

    PendingWrites pendingWrites() {
        return pendingWrites;
    }

    /**
     * Closes after all pending writes.
     *
     * @param whole whether the request was read completely
     */
    void finishAndClose(boolean whole) {
        if (!channelClosed) {
            LingeringClose.finish(ctx, whole);
        }
    }

    void close() {
        channel.close();
    }

    /** Releases unwritten buffers after the connection closed. */
    void channelClosed() {
        channelClosed = true;
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
