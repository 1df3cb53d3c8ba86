package dev.stillgate.loadtests.stub;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stub server for the model APIs of Anthropic, OpenAI and Google: Messages, Chat Completions, Responses and Gemini, whole
 * and streamed, Responses over WebSocket too.
 *
 * <p>Its responses are deterministic and satisfy the official SDKs. The request header {@code x-stub} selects faults,
 * see {@link StubOptions}. API keys that start with {@code invalid} get a 401, models that start with {@code no-such} a
 * 404, and a prompt that mentions the weather calls the first tool.
 */
public final class StubModel implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int MAX_HEAD_BYTES = 64 << 10;
    private final MultiThreadIoEventLoopGroup group;
    private final Channel channel;
    private final StubStats stats;

    private StubModel(MultiThreadIoEventLoopGroup group, Channel channel, StubStats stats) {
        this.group = group;
        this.channel = channel;
        this.stats = stats;
    }

    /** A response that was made before its request. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Reply(int status, byte[] json) {}

    /** Starts a server without replies; port 0 selects a free one. */
    public static StubModel start(String host, int port, int threads) {
        return start(host, port, threads, head -> null);
    }

    /**
     * Starts a server; port 0 selects a free one.
     *
     * @param replies finds the reply to a request by its header fields; null for a response of the model
     * @throws IllegalStateException if the address cannot be bound
     */
    public static StubModel start(String host, int port, int threads, Function<HttpHeaders, @Nullable Reply> replies) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(threads, io);
        StubStats stats = new StubStats();
        Routes routes = new Routes();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                        HttpDecoderConfig config = new HttpDecoderConfig()
                                .setMaxInitialLineLength(MAX_HEAD_BYTES)
                                .setMaxHeaderSize(MAX_HEAD_BYTES)
                                .setMaxChunkSize(MAX_HEAD_BYTES);
                        child.pipeline()
                                .addLast(new HttpRequestDecoder(config), new StubHandler(routes, stats, replies));
                    }
                });
        ChannelFuture bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IllegalStateException("stub model: cannot listen on " + host + ":" + port, bound.cause());
        }
        return new StubModel(group, bound.channel(), stats);
    }

    /** Starts a server on a free loopback port with one thread. */
    public static StubModel start() {
        return start("127.0.0.1", 0, 1);
    }

    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Returns the base URL for SDKs, without a path. */
    public String baseUrl() {
        InetSocketAddress address = (InetSocketAddress) channel.localAddress();
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    public StubStats stats() {
        return stats;
    }

    /** Closes the listener and all connections; waits at most five seconds. */
    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /** Arguments: {@code --port N --host ADDRESS --threads N}. Runs until the process is killed. */
    public static void main(String[] args) throws InterruptedException {
        // Scripts wait for the one line on standard output, so logging must not write there.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        int port = 0;
        int threads = 1;
        String host = "127.0.0.1";
        try {
            for (int i = 0; i < args.length; i += 2) {
                String value = i + 1 < args.length ? args[i + 1] : "";
                switch (args[i]) {
                    case "--port" -> port = Integer.parseInt(value);
                    case "--host" -> host = value;
                    case "--threads" -> threads = Integer.parseInt(value);
                    default -> throw new IllegalArgumentException(args[i]);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println("usage: StubModel [--port N] [--host ADDRESS] [--threads N]: " + e.getMessage());
            System.exit(2);
        }
        StubModel stub = start(host, port, threads);
        System.out.println("stub model listening on " + stub.baseUrl());
        stub.channel.closeFuture().sync();
    }
}
