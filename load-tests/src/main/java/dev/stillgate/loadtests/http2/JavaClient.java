package dev.stillgate.loadtests.http2;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Sends one request with the JDK's HTTP client, which uses HTTP/2 if it is negotiated. */
public final class JavaClient {
    private JavaClient() {}

    /**
     * Arguments: trusted certificate, URL, body file and stub options (each "-" for none), output files for the header
     * fields and the content. Prints the status and the HTTP version.
     */
    public static void main(String[] args) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(trusting(Path.of(args[0])))
                .build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(args[1]))
                    .timeout(Duration.ofSeconds(30))
                    .header("x-api-key", "sk-http2")
                    .header("content-type", "application/json");
            if (!args[2].equals("-")) {
                request.POST(HttpRequest.BodyPublishers.ofFile(Path.of(args[2])));
            }
            if (!args[3].equals("-")) {
                request.header("x-stub", args[3]);
            }
            Path fields = Path.of(args[4]);
            try (OutputStream content = Files.newOutputStream(Path.of(args[5]))) {
                client.send(request.build(), head -> {
                    writeHead(head, fields);
                    return HttpResponse.BodySubscribers.ofByteArrayConsumer(
                            piece -> piece.ifPresent(bytes -> write(content, bytes)));
                });
            }
        }
    }

    private static void writeHead(HttpResponse.ResponseInfo head, Path fields) {
        List<String> lines = head.headers().map().entrySet().stream()
                .flatMap(field -> field.getValue().stream().map(value -> field.getKey() + ": " + value))
                .toList();
        try {
            Files.write(fields, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String version = head.version() == HttpClient.Version.HTTP_2 ? "2" : "1.1";
        System.out.println(head.statusCode() + " " + version);
    }

    /** Writes a part of the content at once; an input stream would drop unread bytes if the response is truncated. */
    private static void write(OutputStream content, byte[] piece) {
        try {
            content.write(piece);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SSLContext trusting(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "gateway", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
