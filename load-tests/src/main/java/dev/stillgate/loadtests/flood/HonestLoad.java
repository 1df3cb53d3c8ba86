package dev.stillgate.loadtests.flood;

import dev.stillgate.loadtests.peer.ResponseReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Honest clients, each on its own connection, that send requests at fixed times. Latency counts from the time at which
 * a request was due, even if the response before was late. Thread-safe.
 */
final class HonestLoad {
    private static final int CLIENTS = 20;
    private static final int TIMEOUT_MILLIS = 10_000;

    private final InetSocketAddress target;
    private final byte[] request;
    private final int rate;

    /** @param rate requests per second in total */
    HonestLoad(InetSocketAddress target, String key, int rate) {
        this.target = target;
        this.rate = rate;
        String body =
                "{\"model\":\"stub-1\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        this.request = ("POST /v1/messages HTTP/1.1\r\nhost: honest\r\nx-api-key: " + key
                        + "\r\ncontent-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Results of a run.
     *
     * @param requests number of requests that were due
     * @param served number of responses with status 200
     * @param p50 median of the latency of served requests in microseconds
     * @param p99 99th percentile in microseconds
     */
    record Result(int requests, int served, long p50, long p99) {
        double success() {
            return requests == 0 ? 0 : (double) served / requests;
        }
    }

    /** Sends requests for a number of seconds and waits for the responses. */
    Result run(int seconds) throws InterruptedException {
        ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
        AtomicInteger requests = new AtomicInteger();
        long begin = System.nanoTime();
        long gap = TimeUnit.SECONDS.toNanos(1) * CLIENTS / rate;
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            long first = begin + gap * i / CLIENTS;
            clients.add(Thread.ofPlatform()
                    .daemon()
                    .start(() -> call(first, gap, begin + TimeUnit.SECONDS.toNanos(seconds), requests, times)));
        }
        for (Thread client : clients) {
            client.join();
        }
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Result(requests.get(), sorted.length, at(sorted, 0.5), at(sorted, 0.99));
    }

    private static long at(long[] sorted, double share) {
        return sorted.length == 0
                ? Long.MAX_VALUE
                : TimeUnit.NANOSECONDS.toMicros(sorted[(int) Math.min(sorted.length - 1, share * sorted.length)]);
    }

    private void call(long first, long gap, long end, AtomicInteger requests, ConcurrentLinkedQueue<Long> times) {
        long due = first;
        while (due - end < 0) {
            boolean connected = false;
            try (Socket socket = new Socket()) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.connect(target, TIMEOUT_MILLIS);
                connected = true;
                ResponseReader response = new ResponseReader(socket.getInputStream());
                while (due - end < 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    long start = due;
                    due += gap;
                    requests.incrementAndGet();
                    socket.getOutputStream().write(request);
                    int status = response.readHead();
                    response.body().transferTo(OutputStream.nullOutputStream());
                    if (status != 200) {
                        break;
                    }
                    times.add(System.nanoTime() - start);
                }
            } catch (IOException e) {
                if (!connected) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    requests.incrementAndGet();
                    due += gap;
                }
            }
        }
    }
}
