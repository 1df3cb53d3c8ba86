package dev.stillgate.loadtests.budget;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Client on a plain socket that can disconnect at any byte. Not thread-safe. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final Api api;
    private final BufferedReader in;
    private final OutputStream out;

    RawClient(int port, Api api) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        this.api = api;
        socket.setSoTimeout(20_000);
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        this.out = socket.getOutputStream();
    }

    void send(String body, String stub) throws IOException {
        write(head(body, stub) + body);
    }

    /** Sends a request without the second half of its body. */
    void sendPartOf(String body) throws IOException {
        write(head(body, "events=1") + body.substring(0, body.length() / 2));
    }

    private String head(String body, String stub) {
        return "POST " + api.path() + " HTTP/1.1\r\nhost: gateway\r\n" + api.credential(MeteredGateway.KEY)
                + "\r\nx-stub: " + stub + "\r\ncontent-type: application/json\r\ncontent-length: " + body.length()
                + "\r\n\r\n";
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Reads the data of a number of events. */
    List<String> events(int count) throws IOException {
        List<String> events = new ArrayList<>();
        while (events.size() < count) {
            String line = line();
            if (line.startsWith("data: ")) {
                events.add(line.substring("data: ".length()));
            }
        }
        return events;
    }

    /** Reads the data of all events up to the end of the response. */
    List<String> allEvents() throws IOException {
        List<String> events = new ArrayList<>();
        for (String line = line(); !line.equals("0"); line = line()) {
            if (line.startsWith("data: ")) {
                events.add(line.substring("data: ".length()));
            }
        }
        return events;
    }

    private String line() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the gateway closed the connection");
        }
        return line;
    }

    void disconnect(AbortedStreamTest.Disconnect how) throws IOException {
        if (how == AbortedStreamTest.Disconnect.RESET) {
            socket.setSoLinger(true, 0);
        }
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
