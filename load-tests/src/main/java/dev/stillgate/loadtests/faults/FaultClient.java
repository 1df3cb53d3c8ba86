package dev.stillgate.loadtests.faults;

import dev.stillgate.loadtests.peer.ResponseReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A client that sends one request on its own connection and classifies the outcome. Not thread-safe. */
final class FaultClient {
    private static final int TIMEOUT_MILLIS = 15_000;

    private final InetSocketAddress gateway;
    private final byte[] request;
    private int status;

    /** @param stub options of the stub model */
    FaultClient(InetSocketAddress gateway, boolean stream, String stub) {
        this.gateway = gateway;
        String body = "{\"model\":\"stub-1\",\"max_tokens\":64," + (stream ? "\"stream\":true," : "")
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        request = ("POST /v1/messages HTTP/1.1\r\nhost: faults\r\nx-stub: " + stub
                        + "\r\nx-api-key: sk-faults\r\ncontent-type: application/json\r\ncontent-length: "
                        + body.length() + "\r\nconnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends the request and waits for the outcome. */
    Outcome send(long due) {
        Outcome.Kind kind;
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(gateway, TIMEOUT_MILLIS);
            socket.getOutputStream().write(request);
            kind = read(new ResponseReader(socket.getInputStream()));
        } catch (SocketTimeoutException e) {
            kind = Outcome.Kind.HUNG;
        } catch (IOException e) {
            kind = status == 200 ? Outcome.Kind.CUT : Outcome.Kind.BROKEN;
        }
        return new Outcome(due, System.nanoTime(), kind, status);
    }

    private Outcome.Kind read(ResponseReader response) throws IOException {
        status = response.readHead();
        String content = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
        if (status == 200) {
            return Outcome.Kind.ANSWERED;
        }
        boolean wellFormed = content.startsWith("{\"type\":\"error\",\"error\":{\"type\":");
        boolean retryAfter = status != 503 || response.field("retry-after") != null;
        return wellFormed && retryAfter ? Outcome.Kind.REFUSED : Outcome.Kind.BROKEN;
    }
}
