package dev.stillgate.loadtests.chaos;

import static dev.stillgate.loadtests.chaos.Http1Model.ascii;

import dev.stillgate.loadtests.http1.ResponseReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** Well-behaved client of the well-behaved upstream. It must get complete responses while the others misbehave. */
final class PoliteClient implements Runnable {
    private final int port;
    private final SplittableRandom random;
    private final Counters counters;
    private final BooleanSupplier more;

    PoliteClient(int port, SplittableRandom random, Counters counters, BooleanSupplier more) {
        this.port = port;
        this.random = random;
        this.counters = counters;
        this.more = more;
    }

    @Override
    public void run() {
        while (more.getAsBoolean()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.setSoTimeout(Http1Client.TIMEOUT_MILLIS);
                socket.setTcpNoDelay(true);
                ResponseReader responses = new ResponseReader(socket.getInputStream());
                boolean open = true;
                for (int i = 0; i < 20 && open && more.getAsBoolean(); i++) {
                    open = ask(socket, responses);
                    Thread.sleep(random.nextInt(100));
                }
            } catch (IOException e) {
                counters.count("wrong: polite client, " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean ask(Socket socket, ResponseReader responses) throws IOException {
        String body = "{\"model\":\"m\",\"max_output_tokens\":1000,\"input\":\"Why are there tides?\"}";
        socket.getOutputStream()
                .write(ascii("POST /v1/responses HTTP/1.1\r\nhost: h\r\nx-api-key: sk-polite\r\n"
                        + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body));
        int status = responses.readHead();
        String content = new String(responses.body().readAllBytes(), StandardCharsets.UTF_8);
        boolean whole = status == 200 && ApiResponses.RESPONSES.isComplete(content);
        counters.count(whole ? "polite: complete" : "wrong: polite client, " + status);
        return responses.isReusable();
    }
}
