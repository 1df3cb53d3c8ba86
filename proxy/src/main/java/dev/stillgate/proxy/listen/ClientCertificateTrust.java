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
 * Validates client certificates against configured authorities, as the JDK does. For an unknown issuer BoringSSL is
 * given the matching error, so that TLS sends the alert {@code unknown_ca} instead of an internal error.
 */
final class ClientCertificateTrust extends X509ExtendedTrustManager {
    /** OpenSSL's {@code X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY}. */
    private static final int UNKNOWN_ISSUER = 20;

    private final X509ExtendedTrustManager trust;

    /**
     * Trusts certificates of the given authorities only.
     *
     * @throws IOException when the authorities cannot be used
     */
    ClientCertificateTrust(X509Certificate... authorities) throws IOException {
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
                    ? new OpenSslCertificateException("the issuer is not a known authority", e, UNKNOWN_ISSUER)
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
