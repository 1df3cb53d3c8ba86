package dev.stillgate.loadtests.orders;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.stillgate.loadtests.fleet.FleetFiles;
import dev.stillgate.loadtests.fleet.GatewayProcess;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Client of the gateways' admin and of their listeners. Thread-safe. */
final class AdminClient {
    /** Status in place of one, if nothing was sent. */
    static final int NOT_SENT = 0;

    /** Status in place of one, if no response came. */
    static final int NO_RESPONSE = -1;

    private static final Duration TIMEOUT = Duration.ofSeconds(8);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    /** A response; the status may be one of the two numbers in place of one. */
    record Reply(int status, String body) {
        /** Returns the JSON of the body, a missing node if it is none. */
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                return MissingNode.getInstance();
            }
        }
    }

    Reply get(@Nullable GatewayProcess gateway, String path) throws InterruptedException {
        return send(gateway, "GET", path, null);
    }

    Reply delete(@Nullable GatewayProcess gateway, String path, Map<String, String> body) throws InterruptedException {
        return send(gateway, "DELETE", path, JSON.valueToTree(body).toString());
    }

    Reply post(@Nullable GatewayProcess gateway, String path, Map<String, ?> body) throws InterruptedException {
        return send(gateway, "POST", path, JSON.valueToTree(body).toString());
    }

    private Reply send(@Nullable GatewayProcess gateway, String method, String path, @Nullable String body)
            throws InterruptedException {
        if (gateway == null) {
            return new Reply(NOT_SENT, "");
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .timeout(TIMEOUT)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("content-type", "application/json");
        }
        return send(request.build());
    }

    /** Sends a request of an account for a response of the model; returns the status. */
    int ask(@Nullable GatewayProcess gateway, String account) throws InterruptedException {
        if (gateway == null) {
            return NOT_SENT;
        }
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/v1/messages"))
                        .timeout(TIMEOUT)
                        .header("content-type", "application/json")
                        .header("x-api-key", FleetFiles.key(account))
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"model\":\"stub-1\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"))
                        .build())
                .status();
    }

    private Reply send(HttpRequest request) throws InterruptedException {
        try {
            var response = client.send(request, BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body());
        } catch (ConnectException e) {
            return new Reply(NOT_SENT, e.toString());
        } catch (IOException e) {
            return new Reply(NO_RESPONSE, e.toString());
        }
    }
}
