package dev.stillgate.loadtests.soak;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Load of a soak run: clients that request whole responses and streams, half of them over TLS, on connections that are
 * closed after a number of requests, and slow readers that reset their connections. Records failures with their time.
 * Thread-safe.
 */
final class SoakLoad {
    private static final int CLIENTS = 24;
    private static final int SLOW_READERS = 16;
    private static final int REQUESTS_PER_CONNECTION = 200;
    private static final int SLOW_WINDOW = 32 * 1024;
    private static final int SLOW_READS = 100;
    private static final int MAX_FAILURES = 100_000;

    private final InetSocketAddress clear;
    private final InetSocketAddress secret;
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final LongAdder requests = new LongAdder();
    private final LongAdder slowlyRead = new LongAdder();
    private volatile boolean ended;

    /** A failed request, with its time in milliseconds since the epoch. */
    record Failure(long millis, String what) {}

    /** @param clear listener without TLS
     * @param secret listener with TLS */
    SoakLoad(InetSocketAddress clear, InetSocketAddress secret) {
        this.clear = clear;
        this.secret = secret;
    }

    Queue<Failure> failures() {
        return failures;
    }

    long requests() {
        return requests.sum();
    }

    long slowlyRead() {
        return slowlyRead.sum();
    }

    /** Returns the requests per second that are served if every client sends the next request immediately. */
    double maxRate(int seconds) throws InterruptedException {
        long before = requests();
        run(seconds, 0, 0);
        return (double) (requests() - before) / seconds;
    }

    /**
     * Sends requests for a number of seconds.
     *
     * @param rate requests per second in total, 0 for the maximum
     * @param slow number of slow readers
     */
    void run(int seconds, double rate, int slow) throws InterruptedException {
        ended = false;
        long gap = rate == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) * CLIENTS / rate);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            all.add(Thread.ofPlatform().daemon().start(() -> call(number, gap)));
        }
        for (int i = 0; i < slow; i++) {
            int number = i;
            all.add(Thread.ofVirtual().start(() -> readSlowly(number)));
        }
        Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
        ended = true;
        for (Thread each : all) {
            each.join();
        }
    }

    /** Sends requests for a number of seconds, with the default number of slow readers. */
    void run(int seconds, double rate) throws InterruptedException {
        run(seconds, rate, SLOW_READERS);
    }

    private void call(int number, long gap) {
        boolean tls = number % 2 == 0;
        long due = System.nanoTime() + gap * number / CLIENTS;
        int count = number;
        while (!ended) {
            try (SoakClient client = new SoakClient(tls ? secret : clear, tls, "sk-soak-" + number, 0)) {
                for (int i = 0; i < REQUESTS_PER_CONNECTION && !ended; i++) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    due += gap;
                    requests.increment();
                    boolean stream = count++ % 8 == 0;
                    client.send(stream, stream ? "events=20" : "fixed");
                    int status = client.readHead();
                    client.readBody();
                    if (status != 200) {
                        fail("status " + status);
                        break;
                    }
                }
            } catch (IOException | NumberFormatException e) {
                fail((tls ? "TLS: " : "") + e);
                due = Math.max(due, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private void readSlowly(int number) {
        boolean tls = number % 4 == 0;
        while (!ended) {
            try (SoakClient client = new SoakClient(tls ? secret : clear, tls, "sk-slow-" + number, SLOW_WINDOW)) {
                client.send(true, "events=10000");
                int status = client.readHead();
                if (status != 200) {
                    fail("status " + status + " for a slow reader");
                    continue; // an error response leaves nothing to read
                }
                for (int i = 0; i < SLOW_READS && !ended && client.readSome(2048); i++) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
                slowlyRead.increment();
                client.reset();
            } catch (IOException e) {
                fail("slow reader: " + e);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    private void fail(String what) {
        if (failures.size() < MAX_FAILURES) {
            failures.add(new Failure(System.currentTimeMillis(), what));
        }
    }
}
