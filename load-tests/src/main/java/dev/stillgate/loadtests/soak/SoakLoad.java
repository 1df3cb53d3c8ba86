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
 * Callers who ask for whole answers and streams, half of them over TLS, on connections that are used for a while and then
 * closed; and readers who are slow, of whom some leave in the middle. What goes wrong is kept with its time.
 */
final class SoakLoad {
    private static final int CALLERS = 24;
    private static final int SLOW = 16;
    private static final int REQUESTS_OF_CONNECTION = 200;
    private static final int SLOW_WINDOW = 32 * 1024;
    private static final int SLOW_READS = 100;
    private static final int MOST_FAILURES = 100_000;

    private final InetSocketAddress clear;
    private final InetSocketAddress secret;
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final LongAdder asked = new LongAdder();
    private final LongAdder slowlyRead = new LongAdder();
    private volatile boolean ended;

    /** Something that went wrong. */
    record Failure(long millis, String what) {}

    /** A load on two listeners of one gateway. */
    SoakLoad(InetSocketAddress clear, InetSocketAddress secret) {
        this.clear = clear;
        this.secret = secret;
    }

    Queue<Failure> failures() {
        return failures;
    }

    long asked() {
        return asked.sum();
    }

    long slowlyRead() {
        return slowlyRead.sum();
    }

    /** Returns how many requests a second are answered when every caller asks again at once. */
    double most(int seconds) throws InterruptedException {
        long before = asked();
        run(seconds, 0, 0);
        return (double) (asked() - before) / seconds;
    }

    /**
     * Asks for so many seconds.
     *
     * @param rate requests a second in all, 0 for as many as are answered
     * @param slow how many slow readers there are beside
     */
    void run(int seconds, double rate, int slow) throws InterruptedException {
        ended = false;
        long gap = rate == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) * CALLERS / rate);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
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

    /** Asks for so many seconds with the usual number of slow readers beside. */
    void run(int seconds, double rate) throws InterruptedException {
        run(seconds, rate, SLOW);
    }

    private void call(int number, long gap) {
        boolean tls = number % 2 == 0;
        long due = System.nanoTime() + gap * number / CALLERS;
        int count = number;
        while (!ended) {
            try (SoakClient caller = new SoakClient(tls ? secret : clear, tls, "sk-soak-" + number, 0)) {
                for (int i = 0; i < REQUESTS_OF_CONNECTION && !ended; i++) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    due += gap;
                    asked.increment();
                    boolean stream = count++ % 8 == 0;
                    caller.ask(stream, stream ? "events=20" : "fixed");
                    int status = caller.head();
                    caller.rest();
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
            try (SoakClient caller = new SoakClient(tls ? secret : clear, tls, "sk-slow-" + number, SLOW_WINDOW)) {
                caller.ask(true, "events=10000");
                int status = caller.head();
                if (status != 200) {
                    fail("status " + status + " of a slow reader");
                    continue; // whole, on a connection that stays open: nothing more comes of it
                }
                for (int i = 0; i < SLOW_READS && !ended && caller.some(2048); i++) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
                slowlyRead.increment();
                caller.breakOff();
            } catch (IOException e) {
                fail("a slow reader: " + e);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    private void fail(String what) {
        if (failures.size() < MOST_FAILURES) {
            failures.add(new Failure(System.currentTimeMillis(), what));
        }
    }
}
