package dev.stillgate.loadtests.faults;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** Callers who come at an even pace, whatever became of those before: every other one asks for a stream. */
final class SteadyLoad implements AutoCloseable {
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Outcome> seen = new ConcurrentLinkedQueue<>();
    private final ConcurrentSkipListSet<Long> waiting = new ConcurrentSkipListSet<>();
    private final InetSocketAddress gateway;
    private final long gap;
    private final Thread pacer;
    private volatile int delay;
    private volatile boolean over;

    /** Begins, with so many callers a second. */
    SteadyLoad(InetSocketAddress gateway, int perSecond) {
        this.gateway = gateway;
        this.gap = 1_000_000_000L / perSecond;
        this.pacer = Thread.ofPlatform().name("load").start(this::pace);
    }

    private void pace() {
        long due = System.nanoTime();
        for (int i = 0; !over; i++) {
            boolean stream = i % 2 == 1;
            long mine = due;
            String behaviour = (stream ? "events=5,pace=20,size=500" : "size=500") + ",delay=" + delay;
            waiting.add(mine);
            callers.execute(() -> {
                seen.add(new FaultClient(gateway, stream, behaviour).ask(mine));
                waiting.remove(mine);
            });
            due += gap;
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** Tells the model how many milliseconds to think about each answer from now on. */
    void think(int millis) {
        delay = millis;
    }

    /** Returns what was seen so far of those who were to come from one time on until another. */
    List<Outcome> between(long from, long to) {
        return seen.stream()
                .filter(each -> each.due() - from >= 0 && each.due() - to < 0)
                .toList();
    }

    /** Returns when the last of those was to come who wait still, of all before a time; {@code from} when that is later. */
    long lastWaiting(long from, long before) {
        Long last = waiting.lower(before);
        return last == null ? from : Math.max(from, last);
    }

    /** Lets nobody come any more, and waits for those who are there. */
    void end() {
        over = true;
        try {
            pacer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callers.close();
    }

    @Override
    public void close() {
        end();
    }
}
