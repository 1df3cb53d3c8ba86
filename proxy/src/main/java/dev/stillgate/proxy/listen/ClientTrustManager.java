package dev.stillgate.proxy.listen;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCertificateException;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes callers' certificates that certain authorities issued, as the JDK does. Of whom another one issued is said so: TLS
 * then answers {@code unknown_ca}, and not that something is wrong within the gateway.
 */
final class ClientTrustManager extends X509ExtendedTrustManager {
    /** What OpenSSL calls an issuer that is not there ({@code X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY}). */
    private static final int NO_ISSUER = 20;

    private final X509ExtendedTrustManager trust;

    /**
     * A trust in these authorities.
     *
     * @throws IOException when there can be none in them
     */
    ClientTrustManager(X509Certificate... authorities) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.length; i++) {
                store.setCertificateEntry(Integer.toString(i), authorities[i]);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            trust = first(factory.getTrustManagers());
        } catch (GeneralSecurityException e) {
            throw new IOException("the authorities cannot be trusted: " + e.getMessage(), e);
        }
    }

    private static X509ExtendedTrustManager first(TrustManager... managers) {
        return Arrays.stream(managers)
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("every Java has PKIX"));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        try {
            trust.checkClientTrusted(chain, type, engine);
        } catch (CertificateException e) {
            throw e.getCause() instanceof CertPathBuilderException && OpenSsl.isAvailable()
                    ? new OpenSslCertificateException("of no authority that is known", e, NO_ISSUER)
                    : e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        trust.checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        trust.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        trust.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        trust.checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        trust.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }
}
