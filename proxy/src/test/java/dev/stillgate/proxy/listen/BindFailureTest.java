package dev.stillgate.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.StillgateConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the reasons given for addresses that cannot be bound. */
class BindFailureTest {
    private static String failure(StillgateConfig.Transport wanted, InetSocketAddress address) {
        Transports transport = Transports.choose(wanted);
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.handlers());
        try {
            Throwable cause = new ServerBootstrap()
                    .group(group)
                    .channelFactory(transport.serverChannels())
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(address)
                    .awaitUninterruptibly()
                    .cause();
            return Listeners.bindFailure(address, cause);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @ParameterizedTest
    @DisplayName("newcomer B5: a taken port and an address of another machine are distinguished")
    @EnumSource(
            value = StillgateConfig.Transport.class,
            names = {"AUTO", "NIO"})
    void takenPortAndForeignAddressAreDistinguished(StillgateConfig.Transport transport) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(failure(transport, new InetSocketAddress("127.0.0.1", taken.getLocalPort())))
                    .isEqualTo("the port is taken by another process");
        }
        assertThat(failure(transport, new InetSocketAddress("192.0.2.1", 0)))
                .isEqualTo("no interface of this machine has that address");
    }

    @Test
    @DisplayName("newcomer B5: a privileged port without the capability is not reported as taken")
    void privilegedPortIsReported() {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", 443);
        String expected = "permission denied: ports below 1024 need the capability CAP_NET_BIND_SERVICE";
        assertThat(Listeners.bindFailure(address, new SocketException("Permission denied")))
                .isEqualTo(expected);
        assertThat(Listeners.bindFailure(
                        address, new IOException("bind(..) failed with error(-13): Permission denied")))
                .isEqualTo(expected);
    }
}
