package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import dev.stillgate.proxy.json.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A response of the admin API. */
record Reply(int status, String type, String body) {
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain";

    static Reply json(int status, String body) {
        return new Reply(status, JSON, body);
    }

    static Reply text(int status, String body) {
        return new Reply(status, TEXT, body);
    }

    /** Returns an error with a sentence. */
    static Reply error(int status, String sentence) {
        return json(status, JsonWriter.json(Map.of("error", sentence)) + "\n");
    }

    /** Returns the response's sentence for the audit log, null when the response shows a resource. */
    @Nullable
    String sentence() {
        return type.equals(JSON) && status < 400 ? null : body.strip();
    }

    void send(HttpExchange exchange) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean bare = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bare ? -1 : bytes.length);
        if (!bare) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
