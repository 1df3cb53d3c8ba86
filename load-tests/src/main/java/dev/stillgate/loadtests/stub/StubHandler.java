package dev.stillgate.loadtests.stub;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One connection of the stub: gathers requests and answers them one after the other. */
final class StubHandler extends ChannelInboundHandlerAdapter {
    static final int MAX_BODY_BYTES = 64 << 20;
    private static final int MAX_PIPELINED = 64;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Routes routes;
    private final StubStats stats;
    private final Queue<Call> pipelined = new ArrayDeque<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpRequest head;
    private @Nullable String caller;
    private @Nullable Delivery current;
    private boolean refused;

    StubHandler(Routes routes, StubStats stats) {
        this.routes = routes;
        this.stats = stats;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        stats.connected(1);
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stats.connected(-1);
        Delivery delivery = current;
        if ((delivery != null && delivery.gone()) || head != null) {
            stats.left(caller);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Delivery delivery = current;
        if (delivery != null && ctx.channel().isWritable()) {
            delivery.writable();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                if (request.decoderResult().isFailure()) {
                    refuse(ctx, 400, "Malformed request");
                    return;
                }
                head = request;
                caller = request.headers().get("x-caller");
                stats.came(caller);
                body.reset();
                if (HttpUtil.is100ContinueExpected(request)) {
                    ctx.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE), ctx.voidPromise());
                }
            }
            if (message instanceof HttpContent content && !refused) {
                content(ctx, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            System.err.println("stub model: " + cause);
        }
        ctx.close();
    }

    private void content(ChannelHandlerContext ctx, HttpContent content) {
        HttpRequest request = head;
        if (request == null || content.decoderResult().isFailure()) {
            refuse(ctx, 400, "Malformed request");
            return;
        }
        int length = content.content().readableBytes();
        if (body.size() + length > MAX_BODY_BYTES || pipelined.size() > MAX_PIPELINED) {
            refuse(ctx, 413, "Request too large");
            return;
        }
        byte[] bytes = new byte[length];
        content.content().readBytes(bytes);
        body.writeBytes(bytes);
        if (content instanceof LastHttpContent) {
            Call call = new Call(request, body.toByteArray());
            head = null;
            stats.received(call);
            if (current == null) {
                answer(ctx, call);
            } else {
                pipelined.add(call);
            }
        }
    }

    private void refuse(ChannelHandlerContext ctx, int status, String message) {
        if (!refused) {
            refused = true;
            deliver(ctx, Failure.of(true, status, message, -1), Behaviour.NORMAL, false);
        }
    }

    private void answer(ChannelHandlerContext ctx, Call call) {
        Behaviour behaviour = Behaviour.NORMAL;
        Answer answer;
        try {
            behaviour = behaviourOf(call);
            answer = stubPath(call);
            if (answer == null) {
                answer = routes.answer(call, behaviour);
            }
        } catch (IllegalArgumentException e) {
            answer = Failure.of(call.anthropic(), 400, String.valueOf(e.getMessage()), -1);
        }
        deliver(ctx, answer, behaviour, HttpUtil.isKeepAlive(call.head()));
    }

    private void deliver(ChannelHandlerContext ctx, Answer answer, Behaviour behaviour, boolean keepAlive) {
        Delivery delivery = new Delivery(ctx, stats, answer, behaviour, keepAlive, () -> next(ctx));
        current = delivery;
        delivery.start();
    }

    private void next(ChannelHandlerContext ctx) {
        current = null;
        Call call = pipelined.poll();
        if (call != null) {
            ctx.executor().execute(() -> answer(ctx, call));
        }
    }

    /** The stub's own pages, which gateways must never need. */
    private @Nullable Answer stubPath(Call call) {
        if (call.head().uri().equals("/stub/stats") && call.method().equals("GET")) {
            return Answer.Body.json(200, Json.bytes(stats.json()));
        }
        if (call.head().uri().equals("/stub/reset") && call.method().equals("POST")) {
            stats.reset();
            routes.clear();
            return Answer.Body.json(200, Json.bytes(Json.object("reset", true)));
        }
        return null;
    }

    private static Behaviour behaviourOf(Call call) {
        Behaviour behaviour = Behaviour.parse(call.header("x-stub"));
        String retries = call.header("x-stainless-retry-count");
        boolean retried = retries != null && !retries.equals("0");
        return behaviour.has("once") && retried ? Behaviour.NORMAL : behaviour;
    }
}
