package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemdNotifierTest {
    @TempDir
    Path directory;

    @Test
    void eachStateIsSentInOneDatagram() throws InterruptedException {
        assumeTrue(Epoll.isAvailable(), "datagrams of Unix sockets are received with Netty's epoll");
        String path = directory.resolve("notify").toString();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory())) {
            Channel supervisor = new Bootstrap()
                    .group(group)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                            heard.add(packet.content().toString(StandardCharsets.UTF_8));
                        }
                    })
                    .bind(new DomainSocketAddress(path))
                    .sync()
                    .channel();

            SystemdNotifier notice = new SystemdNotifier(path);
            notice.send(SystemdNotifier.READY);
            notice.send(SystemdNotifier.STOPPING);

            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(SystemdNotifier.READY);
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(SystemdNotifier.STOPPING);
            supervisor.close().sync();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "relative", "@", "/nobody/listens/here"})
    void invalidSocketIsIgnored(String socket) {
        for (String name : new String[] {socket, socket + "x".repeat(200), null}) {
            assertThatCode(() -> new SystemdNotifier(name).send(SystemdNotifier.READY))
                    .doesNotThrowAnyException();
        }
    }
}
