package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveStandingsTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private void print(Map<String, String> pages) throws IOException, InterruptedException {
        HttpServer admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        admin.createContext("/", exchange -> {
            String page = pages.getOrDefault(exchange.getRequestURI().getPath(), "");
            byte[] body = page.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        admin.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            LiveStandings standings = new LiveStandings(
                    List.of(URI.create("http://127.0.0.1:" + admin.getAddress().getPort())));
            standings.note("a-1", "campaign:x/cover");
            standings.note("a-1", "campaign:x");
            standings.note("a-2", "campaign:x");
            standings.note("a-3", "honest:chat");
            standings.print(client, 1000, new PrintStream(printed, true, StandardCharsets.UTF_8));
        } finally {
            admin.stop(0);
        }
    }

    @Test
    void accountsAreCountedByLabelAndStanding() throws IOException, InterruptedException {
        print(Map.of(
                "/clusters", "{\"filters\":{\"behaviour\":[{\"id\":\"c-7\"}]}}",
                "/clusters/c-7", """
                        {"id":"c-7","filters":{"behaviour":{"id":"c-7","size":3,"since":"1970-01-02T12:00:01Z","evidence":2.5,"members":[
                        {"account":"a-1"},{"account":"a-2"},{"account":"a-9"}]}}}""",
                "/accounts/a-1", account("pooled", 86401000L),
                "/accounts/a-2", account("marked", 172801000L),
                "/accounts/a-3", "{\"id\":\"a-3\",\"filters\":{\"limits\":{}}}"));

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .contains(
                        "| campaign:x | 2 | 1 | 1 | 0 | 1.0 |",
                        "| honest:chat | 1 | 0 | 0 | 0 | - |",
                        "| c-7 | 1.5 | 3 | 2.5 | 2 campaign:x, 1 unknown |",
                        "1 clusters");
    }

    private static String account(String standing, long at) {
        return """
                {"filters":{"limits":{},"behaviour":{"standing":"%1$s","changes":[
                {"at":"%2$s","standing":"marked"},{"at":"%3$s","standing":"%1$s"}]}}}""".formatted(standing, Instant.ofEpochMilli(at - 1000), Instant.ofEpochMilli(at));
    }

    @Test
    void failedAdminRequestIsReported() {
        assertThatThrownBy(() -> print(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("404");
    }
}
