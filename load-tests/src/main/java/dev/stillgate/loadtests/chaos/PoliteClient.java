package dev.stillgate.loadtests.chaos;

import static dev.stillgate.loadtests.chaos.Http1Model.ascii;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** A client that does everything right before an upstream that does, amid the others: it gets every answer whole. */
final class PoliteClient implements Runnable {
    private final int port;
    private final SplittableRandom random;
    private final Counters tally;
    private final BooleanSupplier more;

    PoliteClient(int port, SplittableRandom random, Counters tally, BooleanSupplier more) {
        this.port = port;
        this.random = random;
        this.tally = tally;
        this.more = more;
    }

    @Override
    public void run() {
        while (more.getAsBoolean()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.setSoTimeout(Http1Client.PATIENCE_MILLIS);
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean open = true;
                for (int i = 0; i < 20 && open && more.getAsBoolean(); i++) {
                    open = ask(socket, in);
                    Thread.sleep(random.nextInt(100));
                }
            } catch (IOException e) {
                tally.count("wrong: polite client, " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean ask(Socket socket, InputStream in) throws IOException {
        String body = "{\"model\":\"m\",\"max_output_tokens\":1000,\"input\":\"Why are there tides?\"}";
        socket.getOutputStream()
                .write(ascii("POST /v1/responses HTTP/1.1\r\nhost: h\r\nx-api-key: sk-polite\r\n"
                        + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body));
        Http1Response answer = new Http1Response(in);
        boolean open = answer.read();
        boolean whole = answer.status() == 200 && ApiResponses.RESPONSES.endsWith(answer.tail());
        tally.count(whole ? "polite: served whole" : "wrong: polite client, " + answer.status());
        return open;
    }
}
