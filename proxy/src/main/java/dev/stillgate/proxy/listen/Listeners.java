package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.config.Limits;
import dev.stillgate.proxy.config.ProxyProtocol;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.proxy.exchange.body.OpenCounts;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Listening sockets of the gateway: accepts connections, applies connection limits and builds the pipelines. */
public final class Listeners {
    /** Refusal reason of connections with a failed TLS handshake. */
    public static final String TLS_HANDSHAKE_FAILED = "tls-handshake";

    private static final int HIGH_WATER = 64 * 1024;
    private static final int LOW_WATER = 32 * 1024;
    private static final int BACKLOG = 4096;

    private final EventLoopGroup group;
    private final Transports transport;
    private final Map<EventLoop, EventLoopContext> contexts;
    private final Limits limits;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> sockets = new ArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final OpenCounts perAddress;
    private final List<Certificates> certificates = new ArrayList<>();
    private final HandshakeFailures handshakes = new HandshakeFailures();
    private volatile boolean draining;
    private volatile boolean certificatesCurrent = true;

    public Listeners(
            EventLoopGroup group, Transports transport, Map<EventLoop, EventLoopContext> contexts, Limits limits) {
        this.group = group;
        this.transport = transport;
        this.contexts = Map.copyOf(contexts);
        this.limits = limits;
        this.perAddress = new OpenCounts(limits.connectionsPerAddress());
    }

    /**
     * Opens a listener.
     *
     * @return the bound address, with the actual port
     * @throws IllegalStateException when it cannot be bound, or a certificate cannot be used
     */
    public InetSocketAddress open(StillgateConfig.Listener listener) {
        Certificates tls = certificates(listener);
        ListenOptions options = new ListenOptions(
                listener.trustedHops(),
                (int) limits.head().bytes(),
                (int) limits.target().bytes(),
                limits.headTimeout(),
                limits.bodyTimeout(),
                limits.bodyRate().bytes(),
                limits.answerTimeout(),
                limits.keepAlive(),
                limits.connections(),
                listener.http2(),
                () -> draining);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channelFactory(transport.serverChannels())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, options, tls, listener.proxyProtocol());
                    }
                });
        InetSocketAddress address = new InetSocketAddress(
                listener.address().host(), listener.address().port());
        ChannelFuture binding = bootstrap.bind(address).awaitUninterruptibly();
        if (!(binding.channel().localAddress() instanceof InetSocketAddress bound)) {
            throw new IllegalStateException(
                    "cannot listen on " + listener.address() + ": " + bindFailure(address, binding.cause()));
        }
        sockets.add(binding.channel());
        return bound;
    }

    /** Returns a plain reason why an address could not be bound, the same for all transports. */
    static String bindFailure(InetSocketAddress address, @Nullable Throwable cause) {
        if (address.isUnresolved()) {
            return "the name cannot be resolved";
        }
        String message = cause == null ? "" : String.valueOf(cause.getMessage());
        if (message.contains("Permission denied")) {
            return "permission denied: ports below 1024 need the capability CAP_NET_BIND_SERVICE";
        }
        if (message.contains("Address already in use")) {
            return "the port is taken by another process";
        }
        return message.contains("Cannot assign requested address") || message.contains("cannot assign")
                ? "no interface of this machine has that address"
                : message;
    }

    private @Nullable Certificates certificates(StillgateConfig.Listener listener) {
        StillgateConfig.Tls tls = listener.tls();
        if (tls == null) {
            return null;
        }
        try {
            Certificates read = new Certificates(tls, listener.http2());
            certificates.add(read);
            return read;
        } catch (IOException e) {
            throw new IllegalStateException("cannot listen on " + listener.address() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Loads a listener's certificates as {@link #open} does, and releases them.
     *
     * @throws IOException naming the file that cannot be used and the reason
     */
    public static void check(StillgateConfig.Tls tls, boolean http2) throws IOException {
        new Certificates(tls, http2).close();
    }

    /** Reloads certificates whose files changed. Blocks on file I/O. */
    public void refreshCertificates() {
        boolean current = true;
        for (Certificates each : certificates) {
            current &= each.refresh();
        }
        certificatesCurrent = current;
    }

    /** Returns whether all certificates in use match their files. */
    public boolean areCertificatesCurrent() {
        return certificatesCurrent;
    }

    /** Returns the earliest expiry of all certificates, in seconds since the epoch; 0 without TLS. */
    public long certificateExpiry() {
        return certificates.stream()
                .mapToLong(each -> each.expiry().getEpochSecond())
                .min()
                .orElse(0);
    }

    /** Returns whether a listener terminates TLS. */
    public boolean terminatesTls() {
        return !certificates.isEmpty();
    }

    private void accept(
            Channel channel, ListenOptions options, @Nullable Certificates tls, @Nullable ProxyProtocol proxyProtocol) {
        EventLoopContext context = contexts.get(channel.eventLoop());
        if (context == null) {
            throw new IllegalStateException("a connection on an unknown event loop");
        }
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            channel.close();
            return;
        }
        int before = open.getAndIncrement();
        channel.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            context.overload().connectionClosed();
        });
        boolean admitted = context.overload().admitsConnection();
        if (!admitted || before >= options.maxConnections()) {
            RefusedConnections.close(
                    channel, context, admitted ? "connections" : "overload", tls == null && proxyProtocol == null);
            return;
        }
        connections.add(channel);
        if (proxyProtocol == null) {
            begin(channel, context, options, tls, remote);
        } else if (proxyProtocol.trusts(remote.getAddress())) {
            channel.pipeline()
                    .addLast(new ProxyProtocolHandler(
                            context,
                            options.headTimeout(),
                            source -> begin(channel, context, options, tls, source == null ? remote : source)));
        } else {
            RefusedConnections.close(channel, context, "proxy-untrusted", false);
        }
    }

    /** Continues with a connection whose client address is known, from the socket or a trusted balancer's header. */
    private void begin(
            Channel channel,
            EventLoopContext context,
            ListenOptions options,
            @Nullable Certificates tls,
            InetSocketAddress from) {
        if (options.trustedHops() == 0) { // else the address is a proxy's, shared by its clients
            long key = OpenCounts.key(from.getAddress());
            if (!perAddress.open(key)) {
                RefusedConnections.close(channel, context, "address-connections", tls == null);
                return;
            }
            channel.closeFuture().addListener(closed -> perAddress.close(key));
        }
        Peer peer = context.peer(ids.incrementAndGet(), from, options.trustedHops());
        if (tls == null) {
            addHttpHandlers(channel, context, options, peer, false);
        } else {
            channel.pipeline()
                    .addLast(new ClientHelloHandler(
                            tls,
                            handshakes,
                            context,
                            peer,
                            options.headTimeout(),
                            helloContext -> addHttpHandlers(channel, context, options, peer, true)));
        }
    }

    /** Adds the HTTP handlers, unless a filter rejects the connection. Over TLS the ClientHello was read before. */
    private static void addHttpHandlers(
            Channel channel, EventLoopContext context, ListenOptions options, Peer peer, boolean overTls) {
        if (!context.accepts(peer)) {
            channel.close();
            return;
        }
        context.meters().connectionOpened();
        channel.pipeline()
                .addLast(
                        options.http2()
                                ? new ProtocolChoice(context, options, peer, overTls)
                                : new Http1Connection(context, options, peer));
    }

    /** Stops accepting connections; open ones close after their current response. */
    public void drain() {
        draining = true;
        sockets.forEach(socket -> socket.close().awaitUninterruptibly());
        sockets.clear();
    }

    /** Closes all connections immediately. */
    public void close() {
        drain();
        connections.close().awaitUninterruptibly();
        certificates.forEach(Certificates::close);
    }

    public int connectionCount() {
        return open.get();
    }

    /** Closes connections that are over a limit or not trusted, and counts them by reason. */
    static final class RefusedConnections {
        private static final byte[] BUSY = String.join(
                        "\r\n",
                        "HTTP/1.1 503 Service Unavailable",
                        "content-length: 0",
                        "retry-after: 1",
                        "connection: close",
                        "\r\n")
                .getBytes(StandardCharsets.US_ASCII);

        private RefusedConnections() {}

        /**
         * Closes a connection.
         *
         * @param respond whether to send 503 first; false over TLS, where that would cost a handshake
         */
        static void close(Channel channel, EventLoopContext context, String reason, boolean respond) {
            context.meters().connectionRefused(reason);
            channel.config().setAutoRead(false);
            if (respond) {
                channel.writeAndFlush(Unpooled.wrappedBuffer(BUSY)).addListener(ChannelFutureListener.CLOSE);
            } else {
                channel.close();
            }
        }
    }
}
