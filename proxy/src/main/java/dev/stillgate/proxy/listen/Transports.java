package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.config.StillgateConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * Netty transport (io_uring, epoll or NIO) and its channel factories.
 *
 * @param name its name in the log
 */
public record Transports(
        String name,
        IoHandlerFactory handlers,
        ChannelFactory<? extends ServerChannel> serverChannels,
        ChannelFactory<? extends Channel> channels) {

    /**
     * Returns the configured transport; {@code AUTO} selects epoll where it is available, since io_uring
     * of Netty 4.2.18 can miss the reset of a peer.
     *
     * @throws IllegalArgumentException when the transport is not available, with the reason
     */
    public static Transports choose(StillgateConfig.Transport wanted) {
        return switch (wanted) {
            case AUTO -> Epoll.isAvailable() ? epoll() : nio();
            case IO_URING -> {
                if (!IoUring.isAvailable()) {
                    throw unavailable("io-uring", IoUring.unavailabilityCause());
                }
                yield ioUring();
            }
            case EPOLL -> {
                if (!Epoll.isAvailable()) {
                    throw unavailable("epoll", Epoll.unavailabilityCause());
                }
                yield epoll();
            }
            case NIO -> nio();
        };
    }

    private static IllegalArgumentException unavailable(String name, Throwable cause) {
        return new IllegalArgumentException("transport " + name + " is not available here: " + cause.getMessage());
    }

    private static Transports ioUring() {
        return new Transports(
                "io_uring", IoUringIoHandler.newFactory(), IoUringServerSocketChannel::new, IoUringSocketChannel::new);
    }

    private static Transports epoll() {
        return new Transports(
                "epoll", EpollIoHandler.newFactory(), EpollServerSocketChannel::new, EpollSocketChannel::new);
    }

    private static Transports nio() {
        return new Transports("nio", NioIoHandler.newFactory(), NioServerSocketChannel::new, NioSocketChannel::new);
    }
}
