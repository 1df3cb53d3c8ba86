package dev.stillgate.proxy.listen;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.config.TlsClients;
import dev.stillgate.proxy.files.PemFile;
import dev.stillgate.proxy.files.PemPair;
import dev.stillgate.spi.files.Digests;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS contexts of a listener by server name, and the authorities of client certificates. Changed files are reloaded; if
 * that fails the previous contexts stay in use. Open connections keep the context they started with. Thread-safe.
 */
final class Certificates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
    private static final int DNS_NAME = 2;

    /**
     * Cipher suites with forward secrecy and AEAD: all of TLS 1.3, and Mozilla's intermediate list for TLS 1.2 without
     * CBC and DHE.
     */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final StillgateConfig.Tls config;
    private final String[] protocols;
    private volatile Contexts contexts;

    @GuardedBy("this")
    private byte[] loadedDigest;

    @GuardedBy("this")
    private boolean current = true;

    private volatile boolean closed;

    /** The contexts built from one read of the files. */
    private record Contexts(SslContext first, Map<String, SslContext> byName, List<SslContext> all, Instant expiry) {
        void release() {
            all.forEach(ReferenceCountUtil::release);
        }
    }

    /** The contents of all files, read together. */
    private record Files(List<Pair> pairs, @Nullable PemFile authorities) {}

    /** The files of one certificate. */
    private record Pair(PemFile chain, PemFile key) {}

    /**
     * Reads the files.
     *
     * @param http2 whether ALPN offers HTTP/2
     * @throws IOException naming the file that cannot be used
     */
    Certificates(StillgateConfig.Tls config, boolean http2) throws IOException {
        this.config = config;
        this.protocols = http2 ? new String[] {"h2", "http/1.1"} : new String[] {"http/1.1"};
        Files files = readFiles();
        this.loadedDigest = digest(files);
        this.contexts = build(files);
    }

    /** Returns the earliest expiry of the certificates in use, including their issuers. */
    Instant expiry() {
        return contexts.expiry();
    }

    /** Returns whether clients are asked for certificates. */
    boolean asksClients() {
        return config.clients() != null;
    }

    /**
     * Returns the context for a server name: an exact match, else a wildcard match, else the first context. The caller
     * must release it.
     */
    SslContext find(@Nullable String name) {
        while (true) {
            try {
                return ReferenceCountUtil.retain(find(contexts, name));
            } catch (IllegalReferenceCountException replacedMeanwhile) {
                if (closed) {
                    throw replacedMeanwhile;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static SslContext find(Contexts contexts, @Nullable String name) {
        if (name == null) {
            return contexts.first;
        }
        SslContext exact = contexts.byName.get(name);
        int dot = name.indexOf('.');
        SslContext found = exact != null || dot < 0 ? exact : contexts.byName.get("*" + name.substring(dot));
        return found == null ? contexts.first : found;
    }

    /** Reloads the files if they changed; returns whether the contexts in use match the files. Blocks on file I/O. */
    synchronized boolean refresh() {
        if (closed) {
            return current;
        }
        try {
            Files files = readFiles();
            byte[] digest = digest(files);
            if (!MessageDigest.isEqual(digest, loadedDigest)) {
                Contexts previous = contexts;
                contexts = build(files);
                previous.release();
                loadedDigest = digest;
                LOG.info("certificates reloaded: {}", config.certificates());
            }
            current = true;
        } catch (IOException | RuntimeException e) {
            if (current) {
                LOG.error("certificates not reloaded, the previous ones stay in use: {}", e.getMessage());
            }
            current = false;
        }
        return current;
    }

    /** Releases the contexts. Open connections keep theirs. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            contexts.release();
        }
    }

    private Files readFiles() throws IOException {
        List<Pair> pairs = new ArrayList<>();
        for (StillgateConfig.Certificate files : config.certificates()) {
            pairs.add(new Pair(PemFile.read(files.chain()), PemFile.read(files.key())));
        }
        TlsClients clients = config.clients();
        return new Files(pairs, clients == null ? null : PemFile.read(clients.authorities()));
    }

    private static byte[] digest(Files files) {
        MessageDigest digest = Digests.sha256();
        for (Pair pair : files.pairs) {
            digest.update((pair.chain.text() + '\0' + pair.key.text() + '\0').getBytes(StandardCharsets.ISO_8859_1));
        }
        if (files.authorities != null) {
            digest.update(files.authorities.text().getBytes(StandardCharsets.ISO_8859_1));
        }
        return digest.digest();
    }

    private Contexts build(Files files) throws IOException {
        X509Certificate[] authorities = files.authorities == null
                ? new X509Certificate[0]
                : files.authorities.certificates().toArray(X509Certificate[]::new);
        Map<String, SslContext> byName = new HashMap<>();
        List<SslContext> all = new ArrayList<>();
        Instant expiry = Instant.MAX;
        try {
            for (int i = 0; i < files.pairs.size(); i++) {
                Pair from = files.pairs.get(i);
                PemPair pair = PemPair.of(from.chain, from.key);
                expiry = expiry.isBefore(pair.expiry()) ? expiry : pair.expiry();
                SslContext context = context(config.certificates().get(i), pair, authorities);
                all.add(context);
                for (String name : names(from.chain, pair)) {
                    byName.putIfAbsent(name, context);
                }
            }
        } catch (IOException e) {
            all.forEach(ReferenceCountUtil::release);
            throw e;
        }
        return new Contexts(all.getFirst(), Map.copyOf(byName), List.copyOf(all), expiry);
    }

    private SslContext context(StillgateConfig.Certificate files, PemPair pair, X509Certificate[] authorities)
            throws IOException {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(pair.key(), pair.chain())
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                    .protocols(config.minimum().protocols())
                    .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            protocols));
            TlsClients clients = config.clients();
            if (clients != null) {
                builder.trustManager(new ClientCertificateTrust(authorities))
                        .clientAuth(clients.required() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
            }
            return builder.build();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(files.chain() + " and " + files.key() + " cannot be used: " + reason(e), e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null || cause.getMessage() == null ? String.valueOf(failure.getMessage()) : cause.getMessage();
    }

    /** Returns the DNS names of a chain's first certificate, in lower case. */
    private static List<String> names(PemFile file, PemPair pair) throws IOException {
        try {
            return names(pair.chain().getFirst());
        } catch (CertificateParsingException e) {
            throw new IOException(file.path() + " holds a malformed certificate: " + e.getMessage(), e);
        }
    }

    private static List<String> names(X509Certificate leaf) throws CertificateParsingException {
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .filter(name -> name.get(0) instanceof Integer kind && kind == DNS_NAME)
                        .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
                        .toList();
    }
}
