package dev.stillgate.loadtests.stub;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.nio.charset.StandardCharsets;

/** WebSocket on which each message is a prompt of the Responses API, and each event of its response a message. */
final class ResponsesSocket extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final String DATA = "data: ";

    private final Routes routes;
    private final HttpRequest handshake;

    private ResponsesSocket(Routes routes, HttpRequest handshake) {
        this.routes = routes;
        this.handshake = handshake;
    }

    /** Accepts a handshake, and takes the place of the handler that has read it. */
    static void open(ChannelHandlerContext ctx, Routes routes, HttpRequest handshake) {
        ctx.pipeline().addBefore(ctx.name(), null, new WebSocketFrameAggregator(StubHandler.MAX_BODY_BYTES));
        ctx.pipeline().replace(ctx.handler(), null, new ResponsesSocket(routes, handshake));
        ctx.pipeline().addFirst(new HttpResponseEncoder());
        DefaultFullHttpRequest full = new DefaultFullHttpRequest(
                handshake.protocolVersion(),
                handshake.method(),
                handshake.uri(),
                Unpooled.EMPTY_BUFFER,
                handshake.headers(),
                handshake.headers());
        new WebSocketServerHandshaker13("", null, false, StubHandler.MAX_BODY_BYTES).handshake(ctx.channel(), full);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
        if (frame instanceof CloseWebSocketFrame) {
            ctx.close();
        } else if (frame instanceof TextWebSocketFrame text) {
            HttpRequest post = new DefaultHttpRequest(
                    handshake.protocolVersion(), HttpMethod.POST, handshake.uri(), handshake.headers());
            byte[] body = text.text().replaceFirst("\\{", "{\"stream\":true,").getBytes(StandardCharsets.UTF_8);
            switch (routes.respond(new StubRequest(post, body), StubOptions.NORMAL)) {
                case StubResponse.Body error ->
                    send(
                            ctx,
                            utf8(error.bytes())
                                    .replaceFirst("\\{", "{\"type\":\"error\",\"status\":" + error.status() + ","));
                case StubResponse.Events events ->
                    events.events()
                            .forEach(event ->
                                    send(ctx, utf8(event).substring(utf8(event).indexOf(DATA) + DATA.length())));
            }
            ctx.flush();
        }
    }

    private static void send(ChannelHandlerContext ctx, String event) {
        ctx.write(new TextWebSocketFrame(event.strip()));
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
