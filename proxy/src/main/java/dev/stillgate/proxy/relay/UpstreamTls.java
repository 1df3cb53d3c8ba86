package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.files.PemFile;
import dev.stillgate.proxy.files.PemPair;
import dev.stillgate.proxy.relay.UpstreamEndpoint.UpstreamProtocol;
import dev.stillgate.spi.files.Digests;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS client configuration of an upstream: at least version 1.2, always with verification of the certificate and its
 * host name. Instances with equal contents are equal, so that connections outlive policy reloads. Immutable.
 */
public final class UpstreamTls {
    private final String identity;
    private final @Nullable String serverName;
    private final SslContext context;

    private UpstreamTls(String identity, @Nullable String serverName, SslContext context) {
        this.identity = identity;
        this.serverName = serverName;
        this.context = context;
    }

    /**
     * Paths of the PEM files.
     *
     * @param authorities trusted issuers of the upstream's certificate; null for the JDK's
     * @param certificate the gateway's certificate chain for mutual TLS; null for none
     * @param key its private key, unencrypted PKCS #8
     */
    public record Sources(
            @Nullable Path authorities,
            @Nullable Path certificate,
            @Nullable Path key) {}

    /**
     * Reads the files.
     *
     * @param serverName name for SNI and certificate verification; null for the endpoint's host
     * @param protocol what ALPN offers
     * @throws IOException naming the file that cannot be used
     */
    public static UpstreamTls of(Sources sources, @Nullable String serverName, UpstreamProtocol protocol)
            throws IOException {
        PemFile authorities = read(sources.authorities());
        PemFile certificate = read(sources.certificate());
        PemFile key = read(sources.key());
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .endpointIdentificationAlgorithm("HTTPS")
                .applicationProtocolConfig(offer(protocol));
        if (authorities != null) {
            builder.trustManager(authorities.certificates());
        }
        try {
            if (certificate != null && key != null) {
                PemPair pair = PemPair.of(certificate, key);
                builder.keyManager(pair.key(), pair.chain());
            }
            return new UpstreamTls(
                    identity(protocol + " " + serverName, authorities, certificate, key), serverName, builder.build());
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException(sources.certificate() + " and " + sources.key() + " cannot be used: " + reason(e), e);
        }
    }

    private static ApplicationProtocolConfig offer(UpstreamProtocol protocol) {
        return switch (protocol) {
            case HTTP1 -> ApplicationProtocolConfig.DISABLED;
            case HTTP2 -> offer("h2");
            case AUTO -> offer("h2", "http/1.1");
        };
    }

    private static ApplicationProtocolConfig offer(String... protocols) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocols);
    }

    private static @Nullable PemFile read(@Nullable Path file) throws IOException {
        return file == null ? null : PemFile.read(file);
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null || cause.getMessage() == null ? String.valueOf(failure.getMessage()) : cause.getMessage();
    }

    private static String identity(String settings, @Nullable PemFile... files) {
        MessageDigest digest = Digests.sha256();
        for (PemFile file : files) {
            String text = file == null ? "" : file.text();
            digest.update((text.length() + ":" + text).getBytes(StandardCharsets.ISO_8859_1));
        }
        return HexFormat.of().formatHex(digest.digest()) + settings;
    }

    /**
     * Returns a new TLS handler.
     *
     * @param host the endpoint's host as written in the policy
     * @param within limit of the handshake
     */
    SslHandler handler(ByteBufAllocator allocator, String host, int port, Duration within) {
        SslHandler handler = context.newHandler(allocator, serverName == null ? host : serverName, port);
        handler.setHandshakeTimeoutMillis(within.toMillis());
        return handler;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UpstreamTls that && that.identity.equals(identity);
    }

    @Override
    public int hashCode() {
        return identity.hashCode();
    }
}
