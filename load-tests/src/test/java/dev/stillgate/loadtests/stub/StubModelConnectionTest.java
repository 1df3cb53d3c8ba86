package dev.stillgate.loadtests.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections of the stub model and its counters. */
class StubModelConnectionTest extends StubModelRig {
    @ParameterizedTest
    @CsvSource({"64, true", "1000, true", "63, false"})
    void disconnectBeforeTheEndOfTheResponseIsRecorded(int announced, boolean early) throws Exception {
        String body = MESSAGES.substring(0, 63);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stub.port())) {
            socket.getOutputStream()
                    .write(("POST /v1/messages HTTP/1.1\r\nhost: a\r\nx-client: c1\r\ncontent-length: " + announced
                                    + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            if (!early) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            until(() -> stub.stats().hasArrived("c1"));
        }
        until(() -> stub.stats().openConnections() == 0);
        if (early) {
            until(() -> stub.stats().disconnectedAt("c1") != null);
        } else {
            assertThat(stub.stats().disconnectedAt("c1")).isNull();
        }
        assertThat(stub.stats().hasArrived("c2")).isFalse();
        assertThat(stub.stats().disconnectedAt("c2")).isNull();
    }

    @Test
    void disconnectWithinAStreamIsCounted() throws Exception {
        HttpRequest request = request("/v1/messages", streamed(MESSAGES), "pace=50,events=1000")
                .build();
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        assertThat(response.body().read()).isEqualTo('e');
        until(() -> stub.stats().openStreams() == 1);
        response.body().close();

        until(() -> stub.stats().cancelledStreams() == 1 && stub.stats().openStreams() == 0);
        assertThat(stub.stats().lastCancelledAt()).isPositive();
    }

    @Test
    void disconnectBeforeTheHeadIsCounted() throws Exception {
        HttpRequest request = request("/v1/messages", MESSAGES, "hang")
                .timeout(Duration.ofMillis(200))
                .build();
        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofByteArray())).isInstanceOf(IOException.class);

        until(() -> stub.stats().cancelled() == 1 && stub.stats().waiting() == 0);
    }

    @Test
    void silentStreamStaysOpenWhileOthersAreServed() throws Exception {
        HttpRequest request =
                request("/v1/messages", streamed(MESSAGES), "hang,cut=3").build();
        HttpResponse<InputStream> silent = http.send(request, BodyHandlers.ofInputStream());

        until(() -> stub.stats().events() == 3);
        assertThat(json(get("/stub/stats")).path("openStreams").asInt()).isEqualTo(1);
        silent.body().close();
        until(() -> stub.stats().cancelledStreams() == 1);
    }

    @Test
    void statsCountRequestsUntilTheReset() throws Exception {
        HttpRequest request = request("/v1/messages?beta=true", MESSAGES, "")
                .header("x-trace", "t-1")
                .build();
        http.send(request, BodyHandlers.ofByteArray());
        JsonNode stats = json(get("/stub/stats"));

        assertThat(stats.path("byPath").path("POST /v1/messages").asInt()).isEqualTo(1);
        assertThat(stub.stats().requests("POST /v1/messages")).isEqualTo(1);
        http.send(request("/stub/reset", "", "").build(), BodyHandlers.ofByteArray());
        assertThat(stub.stats().requests()).isZero();
    }

    @Test
    void pipelinedRequestsAreServedInOrder() throws Exception {
        String first = "POST /v1/messages HTTP/1.1\r\nhost: stub\r\nx-stub: delay=50\r\ncontent-length: "
                + MESSAGES.length() + "\r\n\r\n" + MESSAGES;
        String second = "GET /v1/models HTTP/1.1\r\nhost: stub\r\nconnection: close\r\n\r\n";
        String sent = send(first + second);

        assertThat(sent.indexOf("\"type\":\"message\"")).isPositive();
        assertThat(sent.indexOf("\"object\":\"list\"")).isGreaterThan(sent.indexOf("\"type\":\"message\""));
    }

    @Test
    void continueIsSentBeforeTheBody() throws Exception {
        String head =
                "POST /v1/messages HTTP/1.1\r\nhost: stub\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: "
                        + MESSAGES.length() + "\r\n\r\n";

        assertThat(send(head + MESSAGES)).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
    }

    @Test
    void malformedFramingIsRefused() throws Exception {
        assertThat(send("POST /v1/messages HTTP/1.1\r\nhost: stub\r\ncontent-length: x\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }
}
