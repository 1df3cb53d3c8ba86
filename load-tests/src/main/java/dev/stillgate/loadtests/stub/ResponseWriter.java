package dev.stillgate.loadtests.stub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes one response: head, body or paced events, and the requested fault. It writes bytes without an HTTP encoder
 * because many faults are not valid HTTP. Not thread-safe: runs on the channel's event loop.
 */
final class ResponseWriter {
    private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
    private static final byte[] EXTRA = ascii("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nextra");

    private final ChannelHandlerContext ctx;
    private final StubStats stats;
    private final StubResponse response;
    private final StubOptions options;
    private final boolean keepAlive;
    private final Runnable whenDone;
    private final Gzip gzip;
    private @Nullable Future<?> timer;
    private int next;
    private boolean begun;
    private boolean ended;

    /** @param whenDone called once when the connection is ready for the next response */
    ResponseWriter(
            ChannelHandlerContext ctx,
            StubStats stats,
            StubResponse response,
            StubOptions options,
            boolean keepAlive,
            Runnable whenDone) {
        this.ctx = ctx;
        this.stats = stats;
        this.response = response;
        this.options = options;
        this.keepAlive = keepAlive && !closes(options);
        this.whenDone = whenDone;
        this.gzip = new Gzip(options.has("gzip"));
    }

    void start() {
        stats.waiting(1);
        int delay = options.number("delay", 0);
        if (delay > 0) {
            timer = ctx.executor().schedule(this::begin, delay, TimeUnit.MILLISECONDS);
        } else {
            begin();
        }
    }

    /** Continues writing after the socket became writable. */
    void writable() {
        if (begun && !ended && timer == null && response instanceof StubResponse.Events events) {
            pump(events);
        }
    }

    /** Handles a disconnect of the peer; returns whether the response was incomplete. */
    boolean disconnected() {
        if (ended) {
            return false;
        }
        leave();
        stats.cancelled(response instanceof StubResponse.Events);
        return true;
    }

    private void begin() {
        timer = null;
        boolean cut = options.has("cut");
        if (options.has("garbage")) {
            write(Routes.garbage());
            close(false);
        } else if (options.has("reset") && !cut) {
            close(true);
        } else if (!options.has("hang") || cut) {
            stats.waiting(-1);
            begun = true;
            switch (response) {
                case StubResponse.Body body -> body(body);
                case StubResponse.Events events -> {
                    stats.streaming(1);
                    write(ascii(head(200, "text/event-stream; charset=utf-8", -1, -1)));
                    ctx.flush();
                    pump(events);
                }
            }
        }
    }

    private void body(StubResponse.Body body) {
        byte[] bytes = gzip.whole(body.bytes());
        int declared = options.has("short-content-length") ? bytes.length + 10 : bytes.length;
        boolean chunked = options.has("unterminated-chunk");
        byte[] head = ascii(head(body.status(), body.contentType(), chunked ? -1 : declared, body.retryAfter()));
        if (options.has("cut")) {
            write(head);
            write(Arrays.copyOf(bytes, bytes.length / 2));
            stop();
        } else if (chunked) {
            write(head);
            chunk(bytes);
            close(false);
        } else {
            send(Unpooled.wrappedBuffer(head, bytes));
            if (declared > bytes.length) {
                close(false);
            } else {
                end();
            }
        }
    }

    /** Writes and flushes events one by one until the pace or the socket requires a wait. */
    private void pump(StubResponse.Events events) {
        int stopAt = options.number("cut", Integer.MAX_VALUE);
        int errorAt = options.number("error-event", Integer.MAX_VALUE);
        int pace = options.number("pace", 0);
        while (!ended && ctx.channel().isWritable()) {
            if (next >= stopAt) {
                stop();
                return; // with "hang" the response never ends
            } else if (next >= errorAt || next == events.events().size()) {
                finish(next >= errorAt ? events.error() : null);
            } else {
                event(events.events().get(next++));
                if (pace > 0) {
                    timer = ctx.executor().schedule(() -> paced(events), pace, TimeUnit.MILLISECONDS);
                    return;
                }
            }
        }
    }

    private void paced(StubResponse.Events events) {
        timer = null;
        pump(events);
    }

    private void event(byte[] event) {
        stats.event();
        chunk(gzip.part(event));
        ctx.flush();
    }

    private void finish(byte @Nullable [] error) {
        if (error != null) {
            event(error);
        }
        byte[] trailer = gzip.end();
        if (trailer.length > 0) {
            chunk(trailer);
        }
        if (options.has("unterminated-chunk") || options.has("short-content-length")) {
            close(false);
            return;
        }
        if (!options.has("until-close")) {
            write(LAST_CHUNK);
        }
        end();
    }

    private void end() {
        if (options.has("extra-bytes")) {
            write(EXTRA);
        }
        if (!keepAlive) {
            close(false);
            return;
        }
        leave();
        ctx.flush();
        whenDone.run();
    }

    /** Stops after the cut: with silence, a reset or a close. */
    private void stop() {
        ctx.flush();
        if (!options.has("hang")) {
            close(options.has("reset"));
        } else {
            timer = ctx.executor().schedule(() -> close(false), 10, TimeUnit.MINUTES);
        }
    }

    private void close(boolean reset) {
        leave();
        if (reset) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            ctx.close();
        } else {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void leave() {
        ended = true;
        Future<?> waiting = timer;
        if (waiting != null) {
            waiting.cancel(false);
        }
        if (!begun) {
            stats.waiting(-1);
        } else if (response instanceof StubResponse.Events) {
            stats.streaming(-1);
        }
    }

    private String head(int status, String contentType, int length, int retryAfter) {
        StringBuilder head = new StringBuilder(192);
        head.append("HTTP/1.1 ").append(status).append(status == 200 ? " OK" : " Error");
        head.append("\r\ncontent-type: ").append(contentType).append("\r\nrequest-id: req_stub\r\n");
        if (retryAfter >= 0) {
            head.append("retry-after: ").append(retryAfter).append("\r\n");
        }
        if (options.has("gzip")) {
            head.append("content-encoding: gzip\r\n");
        }
        if (!keepAlive) {
            head.append("connection: close\r\n");
        }
        if (options.has("until-close")) {
            return head.append("\r\n").toString();
        }
        if (length >= 0) {
            return head.append("content-length: ")
                    .append(length)
                    .append("\r\n\r\n")
                    .toString();
        }
        return head.append("transfer-encoding: chunked\r\n\r\n").toString();
    }

    private void chunk(byte[] bytes) {
        if (options.has("until-close")) {
            write(bytes);
            return;
        }
        byte[] size = ascii(Integer.toHexString(bytes.length) + "\r\n");
        ByteBuf chunk = ctx.alloc().ioBuffer(size.length + bytes.length + 2);
        chunk.writeBytes(size).writeBytes(bytes).writeByte('\r').writeByte('\n');
        send(chunk);
    }

    private void write(byte[] bytes) {
        send(Unpooled.wrappedBuffer(bytes));
    }

    /** Writes bytes; a failed write is reported to the channel, which closes. */
    private void send(ByteBuf bytes) {
        ctx.write(bytes, ctx.voidPromise());
    }

    private static boolean closes(StubOptions options) {
        return options.has("until-close");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A gzip stream that is flushed after each event, or the identity. */
    private static final class Gzip {
        private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(0);
        private final @Nullable GZIPOutputStream out;

        Gzip(boolean on) {
            try {
                out = on ? new GZIPOutputStream(buffer, true) : null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] part(byte[] bytes) {
            return run(bytes, false);
        }

        byte[] whole(byte[] bytes) {
            return run(bytes, true);
        }

        byte[] end() {
            return run(new byte[0], true);
        }

        private byte[] run(byte[] bytes, boolean last) {
            GZIPOutputStream stream = out;
            if (stream == null) {
                return bytes;
            }
            try {
                stream.write(bytes);
                if (last) {
                    stream.finish();
                } else {
                    stream.flush();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            byte[] encoded = buffer.toByteArray();
            buffer.reset();
            return encoded;
        }
    }
}
