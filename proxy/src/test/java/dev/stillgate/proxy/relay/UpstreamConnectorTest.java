package dev.stillgate.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.UpstreamEndpoint.UpstreamProtocol;
import dev.stillgate.proxy.relay.UpstreamPool.Descriptors;
import dev.stillgate.proxy.relay.UpstreamPool.NoDescriptorsException;
import dev.stillgate.spi.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests upstream connections without a file descriptor, for lack in the system or in the gateway's own budget. */
class UpstreamConnectorTest {
    private static final int EXCHANGES = 250;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private int most = Integer.MAX_VALUE;

    private final Descriptors descriptors = new Descriptors() {
        @Override
        public boolean takeUpstream() {
            return taken.incrementAndGet() <= most || taken.decrementAndGet() < 0;
        }

        @Override
        public void connectionClosed() {
            taken.decrementAndGet();
        }
    };

    private final UpstreamPool.Meters meters = new UpstreamPool.Meters() {
        @Override
        public void opened() {}

        @Override
        public void connectFailed() {}

        @Override
        public void unsolicited() {}
    };

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /** An exchange that records its callbacks. */
    private final class Told implements ResponseListener {
        private final List<Throwable> failures = new ArrayList<>();
        private boolean elsewhere;

        private void note(Throwable cause) {
            failures.add(cause);
            elsewhere |= !loop.inEventLoop();
        }

        @Override
        public void onOpening(UpstreamStream stream) {
            elsewhere |= !loop.inEventLoop();
        }

        @Override
        public void onConnectFailed(Throwable cause) {
            note(cause);
        }

        @Override
        public void onConnected() {
            note(new AssertionError("connected"));
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
        public void onBroken(String code) {
            note(new AssertionError(code));
        }

        @Override
        public void onUnprocessed(String code, boolean refused) {
            note(new AssertionError(code));
        }

        @Override
        public void onWritable() {}
    }

    private List<Told> openAll(UpstreamEndpoint endpoint, ChannelFactory<? extends Channel> channels)
            throws InterruptedException, ExecutionException, TimeoutException {
        UpstreamPool pool = new UpstreamPool(loop, channels, descriptors, Ticker.system(), meters);
        UpstreamConnections.Options terms =
                new UpstreamConnections.Options(Duration.ofSeconds(1), Duration.ofSeconds(1), 1);
        List<Told> all = new ArrayList<>();
        loop.submit(() -> {
                    for (int i = 0; i < EXCHANGES; i++) {
                        Told each = new Told();
                        all.add(each);
                        pool.acquire(endpoint, terms, each);
                    }
                })
                .get(30, TimeUnit.SECONDS);
        loop.submit(pool::closeIdle).get(30, TimeUnit.SECONDS);
        return all;
    }

    private static UpstreamEndpoint endpoint(UpstreamProtocol protocol) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new UpstreamEndpoint(
                new UpstreamEndpoint.Site("model.test", loopback.getHostAddress(), 1, null, protocol),
                new InetSocketAddress(loopback, 1));
    }

    private void allTold(List<Told> all, UpstreamEndpoint endpoint) {
        assertThat(all).hasSize(EXCHANGES).allSatisfy(each -> {
            assertThat(each.failures).singleElement().isInstanceOf(NoDescriptorsException.class);
            assertThat(each.elsewhere).as("callbacks on another thread").isFalse();
        });
        assertThat(endpoint.connections()).isZero();
        assertThat(taken).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP1", "HTTP2"})
    @DisplayName("engine A2: every exchange learns on its event loop that a channel cannot be created")
    void channelCreationFailureIsReported(UpstreamProtocol protocol) throws Exception {
        UpstreamEndpoint endpoint = endpoint(protocol);
        ChannelFactory<Channel> failing = () -> {
            made.incrementAndGet();
            throw new ChannelException("too many open files");
        };
        allTold(openAll(endpoint, failing), endpoint);
        assertThat(made).hasPositiveValue();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP1", "HTTP2"})
    @DisplayName("engine A2: no channel is created when the budget of descriptors is exhausted")
    void exhaustedDescriptorsAreReported(UpstreamProtocol protocol) throws Exception {
        most = 0;
        UpstreamEndpoint endpoint = endpoint(protocol);
        ChannelFactory<Channel> counting = () -> {
            made.incrementAndGet();
            return new NioSocketChannel();
        };
        allTold(openAll(endpoint, counting), endpoint);
        assertThat(made).hasValue(0);
    }
}
