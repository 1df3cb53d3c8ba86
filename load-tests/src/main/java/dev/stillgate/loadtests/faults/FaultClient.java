package dev.stillgate.loadtests.faults;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A client that sends one request on its own connection and classifies the outcome. Not thread-safe. */
final class FaultClient {
    private static final int TIMEOUT_MILLIS = 15_000;

    private final InetSocketAddress gateway;
    private final byte[] request;
    private boolean retryAfter;
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
            kind = read(new BufferedInputStream(socket.getInputStream()));
        } catch (SocketTimeoutException e) {
            kind = Outcome.Kind.HUNG;
        } catch (IOException e) {
            kind = status == 200 ? Outcome.Kind.CUT : Outcome.Kind.BROKEN;
        }
        return new Outcome(due, System.nanoTime(), kind, status);
    }

    private Outcome.Kind read(InputStream in) throws IOException {
        String first = line(in);
        int code = first.length() < 12 ? 0 : Integer.parseInt(first.substring(9, 12));
        int length = -1;
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            int colon = field.indexOf(':');
            String name = field.substring(0, Math.max(0, colon));
            if (name.equalsIgnoreCase("content-length")) {
                length = Integer.parseInt(field.substring(colon + 1).strip());
            }
            retryAfter |= name.equalsIgnoreCase("retry-after");
        }
        status = code;
        String content = length >= 0 ? exactly(in, length) : chunks(in);
        if (code == 200) {
            return Outcome.Kind.ANSWERED;
        }
        boolean shaped = content.startsWith("{\"type\":\"error\",\"error\":{\"type\":");
        return shaped && (code != 503 || retryAfter) ? Outcome.Kind.REFUSED : Outcome.Kind.BROKEN;
    }

    private static String chunks(InputStream in) throws IOException {
        StringBuilder all = new StringBuilder();
        int size;
        do {
            size = Integer.parseInt(line(in), 16);
            all.append(exactly(in, size));
            line(in);
        } while (size > 0);
        return all.toString();
    }

    private static String exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }
}
