package dev.stillgate.loadtests.faults;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** Requests at a constant rate that do not wait for earlier ones; every second one is for a stream. Thread-safe. */
final class SteadyLoad implements AutoCloseable {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    private final ConcurrentSkipListSet<Long> pending = new ConcurrentSkipListSet<>();
    private final InetSocketAddress gateway;
    private final long gap;
    private final Thread pacer;
    private volatile int delay;
    private volatile boolean stopped;

    /** Starts the load. */
    SteadyLoad(InetSocketAddress gateway, int perSecond) {
        this.gateway = gateway;
        this.gap = 1_000_000_000L / perSecond;
        this.pacer = Thread.ofPlatform().name("load").start(this::pace);
    }

    private void pace() {
        long due = System.nanoTime();
        for (int i = 0; !stopped; i++) {
            boolean stream = i % 2 == 1;
            long mine = due;
            String stub = (stream ? "events=5,pace=20,size=500" : "size=500") + ",delay=" + delay;
            pending.add(mine);
            executor.execute(() -> {
                outcomes.add(new FaultClient(gateway, stream, stub).send(mine));
                pending.remove(mine);
            });
            due += gap;
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** Sets the delay of the model before each response. */
    void delay(int millis) {
        delay = millis;
    }

    /** Returns the outcomes of requests that were due in a period, as {@link System#nanoTime}. */
    List<Outcome> between(long from, long to) {
        return outcomes.stream()
                .filter(each -> each.due() - from >= 0 && each.due() - to < 0)
                .toList();
    }

    /** Returns the due time of the last pending request before a time, at least {@code from}. */
    long lastWaiting(long from, long before) {
        Long last = pending.lower(before);
        return last == null ? from : Math.max(from, last);
    }

    /** Sends no more requests and waits for the pending ones. */
    void end() {
        stopped = true;
        try {
            pacer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.close();
    }

    @Override
    public void close() {
        end();
    }
}
