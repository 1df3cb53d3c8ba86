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
 * One answer on its way out: head, body or paced events, and the fault that was asked for.
 *
 * <p>It writes bytes itself, without an HTTP encoder, because half of what it must send is not valid HTTP.
 */
final class Delivery {
    private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
    private static final byte[] EXTRA = ascii("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nextra");

    private final ChannelHandlerContext ctx;
    private final StubStats stats;
    private final Answer answer;
    private final Behaviour behaviour;
    private final boolean keepAlive;
    private final Runnable whenDone;
    private final Gzip gzip;
    private @Nullable Future<?> timer;
    private int next;
    private boolean begun;
    private boolean ended;

    /** {@code whenDone} runs once when the connection may carry the next answer. */
    Delivery(
            ChannelHandlerContext ctx,
            StubStats stats,
            Answer answer,
            Behaviour behaviour,
            boolean keepAlive,
            Runnable whenDone) {
        this.ctx = ctx;
        this.stats = stats;
        this.answer = answer;
        this.behaviour = behaviour;
        this.keepAlive = keepAlive && !closes(behaviour);
        this.whenDone = whenDone;
        this.gzip = new Gzip(behaviour.has("gzip"));
    }

    void start() {
        stats.waiting(1);
        int delay = behaviour.number("delay", 0);
        if (delay > 0) {
            timer = ctx.executor().schedule(this::begin, delay, TimeUnit.MILLISECONDS);
        } else {
            begin();
        }
    }

    /** The socket takes bytes again. */
    void writable() {
        if (begun && !ended && timer == null && answer instanceof Answer.Events events) {
            pump(events);
        }
    }

    /** The peer went away; returns whether that was before the answer was whole. */
    boolean gone() {
        if (ended) {
            return false;
        }
        leave();
        stats.cancelled(answer instanceof Answer.Events);
        return true;
    }

    private void begin() {
        timer = null;
        boolean cut = behaviour.has("cut");
        if (behaviour.has("garbage")) {
            write(Routes.garbage());
            close(false);
        } else if (behaviour.has("reset") && !cut) {
            close(true);
        } else if (!behaviour.has("hang") || cut) {
            stats.waiting(-1);
            begun = true;
            switch (answer) {
                case Answer.Body body -> body(body);
                case Answer.Events events -> {
                    stats.streaming(1);
                    write(ascii(head(200, "text/event-stream; charset=utf-8", -1, -1)));
                    ctx.flush();
                    pump(events);
                }
            }
        }
    }

    private void body(Answer.Body body) {
        byte[] bytes = gzip.whole(body.bytes());
        int declared = behaviour.has("short-content-length") ? bytes.length + 10 : bytes.length;
        boolean chunked = behaviour.has("unterminated-chunk");
        byte[] head = ascii(head(body.status(), body.contentType(), chunked ? -1 : declared, body.retryAfter()));
        if (behaviour.has("cut")) {
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

    /** Sends events, each in a write of its own, until the pace or the socket says to wait. */
    private void pump(Answer.Events events) {
        int stopAt = behaviour.number("cut", Integer.MAX_VALUE);
        int errorAt = behaviour.number("error-event", Integer.MAX_VALUE);
        int pace = behaviour.number("pace", 0);
        while (!ended && ctx.channel().isWritable()) {
            if (next >= stopAt) {
                stop();
                return; // silence does not end it
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

    private void paced(Answer.Events events) {
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
        if (behaviour.has("unterminated-chunk") || behaviour.has("short-content-length")) {
            close(false);
            return;
        }
        if (!behaviour.has("until-close")) {
            write(LAST_CHUNK);
        }
        end();
    }

    private void end() {
        if (behaviour.has("extra-bytes")) {
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

    /** The cut: silence, reset or an early end of the connection. */
    private void stop() {
        ctx.flush();
        if (!behaviour.has("hang")) {
            close(behaviour.has("reset"));
        } else {
            timer = ctx.executor().schedule(() -> close(false), 10, TimeUnit.MINUTES);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored")
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
        } else if (answer instanceof Answer.Events) {
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
        if (behaviour.has("gzip")) {
            head.append("content-encoding: gzip\r\n");
        }
        if (!keepAlive) {
            head.append("connection: close\r\n");
        }
        if (behaviour.has("until-close")) {
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
        if (behaviour.has("until-close")) {
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

    /** A failed write is an exception of the channel, which closes it: no future to look at. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void send(ByteBuf bytes) {
        ctx.write(bytes, ctx.voidPromise());
    }

    private static boolean closes(Behaviour behaviour) {
        return behaviour.has("until-close");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A gzip stream flushed per event, or nothing at all when it is off. */
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
