package dev.stillgate.loadtests.chaos;

import static dev.stillgate.loadtests.chaos.Http1Model.ascii;

import dev.stillgate.loadtests.peer.ResponseReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * HTTP/1.1 client that randomly aborts, stalls, resets and violates the protocol. Each response must arrive, or the
 * connection close, within {@link #TIMEOUT_MILLIS}.
 */
record Http1Client(int port, SplittableRandom random, Counters counters, BooleanSupplier more) implements Runnable {
    /** Longer than any timeout of the gateway in this test. */
    static final int TIMEOUT_MILLIS = 25_000;

    private static final String[] KEYS = {"sk-plain", "sk-marked", "sk-tight"};
    private static final int MAX_UPLOAD = 600_000;

    /** Actions by number; higher numbers send and read correctly. */
    private static final String[] ACTS = {
        "closes within a request",
        "resets within a request",
        "pauses within a request",
        "pauses, then resets within a request",
        "closes while waiting",
        "resets while waiting",
        "resets while reading",
        "closes while reading",
        "pauses before reading",
        "half-closes after the request",
        "sends a truncated chunk",
        "sends random bytes",
        "sends two requests at once",
        "sends in small pieces"
    };

    @Override
    public void run() {
        while (more.getAsBoolean()) {
            try (Socket socket = new Socket()) {
                if (random.nextInt(8) == 0) {
                    socket.setReceiveBufferSize(4_096);
                }
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.setTcpNoDelay(true);
                converse(socket);
            } catch (SocketTimeoutException e) {
                counters.count("stuck: HTTP/1.1");
            } catch (IOException e) {
                counters.count("client: connection broken");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void converse(Socket socket) throws IOException, InterruptedException {
        InputStream in = socket.getInputStream();
        ResponseReader responses = new ResponseReader(in);
        OutputStream out = socket.getOutputStream();
        int requests = 1 + random.nextInt(5);
        for (int i = 0; i < requests && more.getAsBoolean(); i++) {
            if (!once(socket, in, responses, out)) {
                return;
            }
            Thread.sleep(random.nextInt(40));
        }
    }

    /** Sends one request with a random action; returns whether the connection can be reused. */
    private boolean once(Socket socket, InputStream in, ResponseReader responses, OutputStream out)
            throws IOException, InterruptedException {
        byte[] request = random.nextInt(3) == 0 ? blob() : prompt(random.nextInt(2) == 0);
        int act = random.nextInt(20);
        counters.count("client: " + (act < ACTS.length ? ACTS[act] : "sends and reads correctly"));
        int cut = random.nextInt(request.length);
        switch (act) {
            case 0 -> {
                out.write(request, 0, cut);
                return false;
            }
            case 1 -> {
                out.write(request, 0, cut);
                return reset(socket);
            }
            case 2 -> {
                out.write(request, 0, cut);
                Thread.sleep(random.nextInt(1_500));
                out.write(request, cut, request.length - cut);
            }
            case 3 -> {
                out.write(request, 0, cut);
                Thread.sleep(random.nextInt(100));
                return reset(socket);
            }
            case 4 -> {
                out.write(request);
                Thread.sleep(random.nextInt(100));
                return false;
            }
            case 5 -> {
                out.write(request);
                Thread.sleep(random.nextInt(100));
                return reset(socket);
            }
            case 6 -> {
                out.write(request);
                in.readNBytes(random.nextInt(4_000));
                return reset(socket);
            }
            case 7 -> {
                out.write(request);
                in.readNBytes(random.nextInt(4_000));
                return false;
            }
            case 8 -> {
                out.write(request);
                Thread.sleep(random.nextInt(3_000)); // does not read for a while
            }
            case 9 -> {
                out.write(request);
                socket.shutdownOutput();
                drain(in);
                return false;
            }
            case 10 -> {
                out.write(ascii(
                        "POST /v1/blobs/1 HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc\r\n"));
                drain(in);
                return false;
            }
            case 11 -> {
                byte[] garbage = new byte[1 + random.nextInt(200)];
                random.nextBytes(garbage);
                out.write(garbage);
                socket.shutdownOutput();
                drain(in);
                return false;
            }
            case 12 -> { // pipelined
                out.write(request);
                out.write(prompt(false));
                if (!read(responses)) {
                    return false;
                }
            }
            case 13 -> {
                for (int at = 0; at < request.length; at += 1_000) {
                    out.write(request, at, Math.min(1_000, request.length - at));
                    if (random.nextInt(10) == 0) {
                        Thread.sleep(random.nextInt(10));
                    }
                }
            }
            default -> out.write(request);
        }
        return read(responses);
    }

    private static boolean reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        return false;
    }

    /** Reads a response; returns whether the connection can be reused. */
    private static boolean read(ResponseReader responses) throws IOException {
        responses.readHead();
        drain(responses.body());
        return responses.isReusable();
    }

    private static void drain(InputStream in) throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    private byte[] prompt(boolean stream) {
        byte[] body = ascii("{\"model\":\"m\",\"max_tokens\":1000,\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\""
                + "Tell me about tides. ".repeat(random.nextInt(300))
                + "\"}]}");
        String path = random.nextBoolean() ? "/v1/messages" : "/v1/chat/completions";
        return request(path, "application/json", body, random.nextInt(4) == 0);
    }

    private byte[] blob() {
        return request(
                "/v1/blobs/1", "application/octet-stream", new byte[random.nextInt(MAX_UPLOAD)], random.nextBoolean());
    }

    private byte[] request(String path, String type, byte[] body, boolean chunked) {
        String key = KEYS[random.nextInt(KEYS.length)];
        String expect = random.nextInt(8) == 0 ? "expect: 100-continue\r\n" : "";
        String head = "POST " + path + " HTTP/1.1\r\nhost: h\r\nx-api-key: " + key + "\r\ncontent-type: " + type
                + "\r\n" + expect;
        if (!chunked) {
            return joined(ascii(head + "content-length: " + body.length + "\r\n\r\n"), body);
        }
        byte[] begun = joined(
                ascii(head + "transfer-encoding: chunked\r\n\r\n" + Integer.toHexString(body.length) + "\r\n"), body);
        return body.length == 0 ? joined(begun, ascii("\r\n")) : joined(begun, ascii("\r\n0\r\n\r\n"));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
