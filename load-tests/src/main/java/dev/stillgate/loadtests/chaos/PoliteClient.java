package dev.stillgate.loadtests.chaos;

import static dev.stillgate.loadtests.chaos.Http1Model.ascii;

import dev.stillgate.loadtests.peer.ResponseReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Well-behaved client of the well-behaved upstreams. It must get complete responses while the others misbehave, also of
 * the fallback of an upstream whose endpoints are all down.
 */
record PoliteClient(int port, SplittableRandom random, Counters counters, BooleanSupplier more) implements Runnable {
    static final Kind SHARED = new Kind("/v1/chat/completions", "shared", "messages", ApiResponses.COMPLETIONS);
    private static final List<Kind> KINDS = List.of(
            new Kind("/v1/responses", "m", "input", ApiResponses.RESPONSES),
            new Kind("/v1/responses", "outage", "input", ApiResponses.RESPONSES),
            SHARED);

    /** A kind of prompt, whose model leads to an upstream. */
    record Kind(String path, String model, String content, ApiResponses dialect) {}

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
        Kind kind = KINDS.get(random.nextInt(KINDS.size()));
        socket.getOutputStream().write(prompt(kind, random.nextBoolean()));
        int status = responses.readHead();
        String content = new String(responses.body().readAllBytes(), StandardCharsets.UTF_8);
        boolean whole = status == 200 && kind.dialect.isComplete(content);
        counters.count(whole ? "polite: complete" : "wrong: polite client of " + kind.model + ", " + status);
        return responses.isReusable();
    }

    static byte[] prompt(Kind kind, boolean stream) {
        String body = "{\"model\":\"" + kind.model + "\",\"stream\":" + stream + ",\"" + kind.content
                + "\":[{\"role\":\"user\",\"content\":\"Why are there tides?\"}]}";
        return ascii("POST " + kind.path + " HTTP/1.1\r\nhost: h\r\nx-api-key: sk-polite\r\n"
                + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
    }
}
