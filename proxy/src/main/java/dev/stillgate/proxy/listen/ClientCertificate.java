package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.exchange.Peer;
import dev.stillgate.spi.files.Digests;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Records the identity in a client's certificate once the TLS handshake has verified it, before the first request is
 * read.
 */
final class ClientCertificate extends ChannelInboundHandlerAdapter {
    private static final int URI_NAME = 6;
    private static final int DNS_NAME = 2;

    private final Peer peer;

    ClientCertificate(Peer peer) {
        this.peer = peer;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            X509Certificate certificate = handshake.isSuccess() ? clientCertificate(ctx) : null;
            if (certificate != null) {
                peer.setIdentity(identity(certificate));
            }
            ctx.pipeline().remove(this);
        }
        ctx.fireUserEventTriggered(event);
    }

    private static @Nullable X509Certificate clientCertificate(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        try {
            Certificate[] chain =
                    tls == null ? new Certificate[0] : tls.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException none) {
            return null; // the client sent no certificate
        }
    }

    /**
     * Returns the identity in a certificate, prefixed with its kind so that names of different kinds never collide.
     *
     * <p>It is {@code uri:} or {@code dns:} and the first subject alternative name of that kind, else {@code cn:} and
     * the subject's common name, else {@code sha256:} and the certificate's hash in hex.
     */
    static String identity(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            String uri = first(names, URI_NAME);
            String dns = first(names, DNS_NAME);
            String common = commonName(certificate.getSubjectX500Principal().getName());
            if (uri != null) {
                return "uri:" + uri;
            }
            if (dns != null) {
                return "dns:" + dns;
            }
            return common == null ? "sha256:" + Digests.sha256Hex(certificate.getEncoded()) : "cn:" + common;
        } catch (GeneralSecurityException | InvalidNameException e) {
            throw new IllegalStateException("a verified certificate cannot be read", e);
        }
    }

    private static @Nullable String first(@Nullable Collection<List<?>> names, int kind) {
        if (names != null) {
            for (List<?> name : names) {
                if (name.get(0) instanceof Integer its && its == kind) {
                    return String.valueOf(name.get(1));
                }
            }
        }
        return null;
    }

    private static @Nullable String commonName(String subject) throws InvalidNameException {
        for (Rdn part : new LdapName(subject).getRdns().reversed()) {
            if (part.getType().equalsIgnoreCase("CN")) {
                return String.valueOf(part.getValue());
            }
        }
        return null;
    }
}
