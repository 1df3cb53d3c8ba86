package dev.stillgate.loadtests.stub;

import dev.stillgate.loadtests.json.JsonBuffer;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One connection of the stub model: aggregates requests and responds to them in order. Not thread-safe. */
final class StubHandler extends ChannelInboundHandlerAdapter {
    static final int MAX_BODY_BYTES = 64 << 20;
    private static final int MAX_PIPELINED = 64;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Routes routes;
    private final StubStats stats;
    private final Function<HttpHeaders, StubModel.@Nullable Reply> replies;
    private final Queue<StubRequest> pipelined = new ArrayDeque<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpRequest head;
    private @Nullable String client;
    private @Nullable ResponseWriter current;
    private boolean refused;

    StubHandler(Routes routes, StubStats stats, Function<HttpHeaders, StubModel.@Nullable Reply> replies) {
        this.routes = routes;
        this.stats = stats;
        this.replies = replies;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        stats.connected(1);
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stats.connected(-1);
        ResponseWriter delivery = current;
        if ((delivery != null && delivery.disconnected()) || head != null) {
            stats.disconnected(client);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ResponseWriter delivery = current;
        if (delivery != null && ctx.channel().isWritable()) {
            delivery.writable();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                if (request.decoderResult().isFailure()) {
                    refuse(ctx, 400, "Malformed request");
                    return;
                }
                head = request;
                client = request.headers().get("x-client");
                stats.arrived(client);
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
            StubRequest call = new StubRequest(request, body.toByteArray());
            head = null;
            stats.received(call);
            if ("websocket".equalsIgnoreCase(call.header("upgrade"))
                    && call.path().equals("/v1/responses")) {
                ResponsesSocket.open(ctx, routes, request);
            } else if (current == null) {
                respond(ctx, call);
            } else {
                pipelined.add(call);
            }
        }
    }

    private void refuse(ChannelHandlerContext ctx, int status, String message) {
        if (!refused) {
            refused = true;
            deliver(ctx, ErrorBodies.of(true, status, message, -1), StubOptions.NORMAL, false);
        }
    }

    private void respond(ChannelHandlerContext ctx, StubRequest call) {
        StubOptions options = StubOptions.NORMAL;
        StubResponse response;
        try {
            options = optionsOf(call);
            StubModel.Reply reply = replies.apply(call.head().headers());
            response = reply == null
                    ? stubPath(call)
                    : new StubResponse.Body(reply.status(), "application/json", reply.json(), -1);
            if (response == null) {
                response = routes.respond(call, options);
            }
        } catch (IllegalArgumentException e) {
            response = ErrorBodies.of(call.anthropic(), 400, String.valueOf(e.getMessage()), -1);
        }
        deliver(ctx, response, options, HttpUtil.isKeepAlive(call.head()));
    }

    private void deliver(ChannelHandlerContext ctx, StubResponse response, StubOptions options, boolean keepAlive) {
        ResponseWriter delivery = new ResponseWriter(ctx, stats, response, options, keepAlive, () -> next(ctx));
        current = delivery;
        delivery.start();
    }

    private void next(ChannelHandlerContext ctx) {
        current = null;
        StubRequest call = pipelined.poll();
        if (call != null) {
            ctx.executor().execute(() -> respond(ctx, call));
        }
    }

    /** Returns the response of the stub's own paths, null for any other. */
    private @Nullable StubResponse stubPath(StubRequest call) {
        if (call.head().uri().equals("/stub/stats") && call.method().equals("GET")) {
            return StubResponse.Body.json(stats.json());
        }
        if (call.head().uri().equals("/stub/reset") && call.method().equals("POST")) {
            stats.reset();
            routes.clear();
            return StubResponse.Body.json(JsonBuffer.of("{'reset':true}"));
        }
        return null;
    }

    private static StubOptions optionsOf(StubRequest call) {
        StubOptions options = StubOptions.parse(call.header("x-stub"));
        String retries = call.header("x-stainless-retry-count");
        boolean retried = retries != null && !retries.equals("0");
        return options.has("once") && retried ? StubOptions.NORMAL : options;
    }
}
