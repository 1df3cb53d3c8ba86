package dev.stillgate.loadtests.soak;

import dev.stillgate.loadtests.peer.ResponseReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A connection of an HTTP/1.1 client, in clear or over TLS. Not thread-safe. */
final class SoakClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 15_000;
    private static final SSLContext TRUSTING = trusting();

    private final Socket socket;
    private final ResponseReader response;
    private final String key;
    private InputStream body = InputStream.nullInputStream();

    /**
     * Connects.
     *
     * @param receiveBuffer size of the socket's receive buffer, 0 for the default
     */
    SoakClient(InetSocketAddress target, boolean tls, String key, int receiveBuffer) throws IOException {
        Socket plain = new Socket();
        if (receiveBuffer > 0) {
            plain.setReceiveBufferSize(receiveBuffer);
        }
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(TIMEOUT_MILLIS);
        plain.connect(target, TIMEOUT_MILLIS);
        this.socket = tls
                ? TRUSTING.getSocketFactory().createSocket(plain, "gateway.example", target.getPort(), true)
                : plain;
        this.response = new ResponseReader(socket.getInputStream());
        this.key = key;
    }

    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Trusts every certificate: the test makes the gateway's itself. */
    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Sends a request without reading the response. */
    void send(boolean stream, String stub) throws IOException {
        String body = "{\"model\":\"stub-1\",\"max_tokens\":100000,\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"How long is it going to last this time?\"}]}";
        socket.getOutputStream()
                .write(("POST /v1/messages HTTP/1.1\r\nhost: soak\r\nx-api-key: " + key
                                + "\r\ncontent-type: application/json\r\nx-stub: " + stub + "\r\ncontent-length: "
                                + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads a response head and returns the status. */
    int readHead() throws IOException {
        int status = response.readHead();
        body = response.body();
        return status;
    }

    /** Reads the body of the response. */
    void readBody() throws IOException {
        body.transferTo(OutputStream.nullOutputStream());
    }

    /** Reads available bytes of the body; returns whether there were any. */
    boolean readSome(int most) throws IOException {
        return body.read(new byte[most]) > 0;
    }

    /** Disconnects with RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
