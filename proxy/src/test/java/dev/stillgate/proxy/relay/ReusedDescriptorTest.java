package dev.stillgate.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.UpstreamEndpoint.UpstreamProtocol;
import dev.stillgate.proxy.relay.UpstreamPool.Descriptors;
import dev.stillgate.spi.Ticker;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests a connection whose file descriptor has the number of one that was closed while its last event was pending. */
class ReusedDescriptorTest {
    private static final int ROUNDS = 30;

    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private MultiThreadIoEventLoopGroup group;
    private Runnable onRead = () -> {};

    @BeforeEach
    void start() {
        assumeTrue(Epoll.isAvailable(), "epoll is not available here");
        group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        if (group != null) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }

    /** Tells an exchange's connection attempt. */
    private record Attempt(CompletableFuture<Boolean> connected) implements ResponseListener {
        @Override
        public void onOpening(UpstreamStream stream) {}

        @Override
        public void onConnectFailed(Throwable cause) {
            connected.completeExceptionally(cause);
        }

        @Override
        public void onConnected() {
            connected.complete(true);
        }

        @Override
        public boolean acceptsSwitch(Http1Head head) {
            return false;
        }

        @Override
        public void onHead(Http1Head head, BodyFraming framing) {}

        @Override
        public void onRead(ByteBuf bytes, ContentPieces content) {}

        @Override
        public void onReadComplete() {}

        @Override
        public void onEnd() {}

        @Override
        public void onBroken(String code) {}

        @Override
        public void onUnprocessed(String code, boolean refused) {}

        @Override
        public void onWritable() {}
    }

    private static UpstreamPool pool(EventLoop loop) {
        Descriptors descriptors = new Descriptors() {
            @Override
            public boolean takeUpstream() {
                return true;
            }

            @Override
            public void connectionClosed() {}
        };
        UpstreamPool.Meters meters = new UpstreamPool.Meters() {
            @Override
            public void opened() {}

            @Override
            public void connectFailed() {}

            @Override
            public void unsolicited() {}
        };
        return new UpstreamPool(loop, EpollSocketChannel::new, descriptors, Ticker.system(), meters);
    }

    private int listen(EventLoop loop) throws InterruptedException {
        ChannelInboundHandlerAdapter client = new ChannelInboundHandlerAdapter() {
            @Override
            public boolean isSharable() {
                return true;
            }

            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                accepted.add(ctx.channel());
            }

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ((ByteBuf) message).release();
                onRead.run();
            }
        };
        Channel server = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(client);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(socket);
        return socket;
    }

    @Test
    void newConnectionIgnoresTheEventOfAClosedOne() throws Exception {
        EventLoop loop = group.next();
        UpstreamPool pool = pool(loop);
        UpstreamConnections.Options terms =
                new UpstreamConnections.Options(Duration.ofSeconds(10), Duration.ofSeconds(10), 1);
        InetAddress loopback = InetAddress.getLoopbackAddress();
        int port = listen(loop);
        ServerSocket model = new ServerSocket(0, 1024, loopback);
        open.add(model);
        InetSocketAddress address = (InetSocketAddress) model.getLocalSocketAddress();
        UpstreamEndpoint endpoint = new UpstreamEndpoint(
                new UpstreamEndpoint.Site(
                        "model.test", loopback.getHostAddress(), address.getPort(), null, UpstreamProtocol.HTTP1),
                address);
        Socket asking = connect(port);
        accepted.take();
        for (int round = 0; round < ROUNDS; round++) {
            Socket leaving = connect(port);
            Channel left = accepted.take();
            Attempt attempt = new Attempt(new CompletableFuture<>());
            onRead = () -> {
                left.close();
                pool.open(endpoint, terms, attempt);
            };
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch ready = new CountDownLatch(1);
            loop.execute(() -> {
                busy.countDown();
                try {
                    ready.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            busy.await();
            asking.getOutputStream().write(1); // both events are pending, this one first
            leaving.shutdownOutput();
            ready.countDown();
            assertThat(attempt.connected()).succeedsWithin(Duration.ofSeconds(20));
        }
    }
}
