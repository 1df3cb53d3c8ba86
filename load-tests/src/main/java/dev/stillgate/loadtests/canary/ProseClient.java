package dev.stillgate.loadtests.canary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/**
 * Requests streamed English text from the stub model through a gateway and prints {@code {"text":"…"}} for each
 * response.
 */
public final class ProseClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ProseClient() {}

    /** Arguments: URL of the gateway, API key, number of responses, words per response. */
    public static void main(String[] args) throws Exception {
        int answers = Integer.parseInt(args[2]);
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; i < answers; i++) {
                String text = ask(client, args[0], args[1], "Tell me about subject " + i, args[3]);
                System.out.println(JSON.writeValueAsString(Map.of("text", text)));
            }
        }
    }

    private static String ask(HttpClient client, String url, String key, String prompt, String words)
            throws IOException, InterruptedException {
        String body = JSON.writeValueAsString(
                Map.of("model", "stub-1", "max_tokens", 100_000, "stream", true, "messages", new Object[] {
                    Map.of("role", "user", "content", prompt)
                }));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/messages"))
                .timeout(Duration.ofSeconds(30))
                .header("x-api-key", key)
                .header("content-type", "application/json")
                .header("x-stub", "prose=" + words + ",events=97")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode() + ": " + response.body());
        }
        StringBuilder text = new StringBuilder();
        for (String line : response.body().lines().toList()) {
            if (line.startsWith("data:")) {
                JsonNode event = JSON.readTree(line.substring(5));
                text.append(event.path("delta").path("text").asText());
            }
        }
        return text.toString();
    }
}
