package dev.stillgate.loadtests.stub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A stub model with HTTP clients. */
@Timeout(30)
abstract class StubModelRig {
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final String MESSAGES =
            "{\"model\":\"stub-1\",\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    static final String CHAT = "{\"model\":\"stub-1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    static final String RESPONSES = "{\"model\":\"stub-1\",\"input\":\"Hello\"}";

    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    StubModel stub;

    @BeforeEach
    void start() {
        stub = StubModel.start();
    }

    @AfterEach
    void stop() {
        stub.close();
        http.shutdownNow();
    }

    String raw(String header) throws IOException {
        return send("POST /v1/messages HTTP/1.1\r\nhost: stub\r\n" + header + "\r\ncontent-length: " + MESSAGES.length()
                + "\r\n\r\n" + MESSAGES);
    }

    String send(String bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stub.port())) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    HttpRequest.Builder request(String path, String body, String stub) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.stub.baseUrl() + path))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return stub.isEmpty() ? request : request.header("x-stub", stub);
    }

    HttpResponse<byte[]> post(String path, String body, String stub) throws Exception {
        return http.send(request(path, body, stub).build(), BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(stub.baseUrl() + path)).build(), BodyHandlers.ofByteArray());
    }

    static String streamed(String body) {
        return body.replaceFirst("\\{", "{\"stream\":true,");
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    static JsonNode json(HttpResponse<byte[]> response) throws IOException {
        return MAPPER.readTree(response.body());
    }

    static List<JsonNode> events(HttpResponse<byte[]> response) throws IOException {
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream; charset=utf-8");
        List<JsonNode> events = new ArrayList<>();
        for (String line : text(response).split("\n")) {
            if (line.startsWith("data: {")) {
                events.add(MAPPER.readTree(line.substring(6)));
            }
        }
        return events;
    }

    static String gunzip(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Polls a condition; the timeout of the class limits it. */
    static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }
}
