package dev.stillgate.loadtests.faults;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** Callers who come at an even pace, whatever became of those before: every other one asks for a stream. */
final class Load implements AutoCloseable {
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final InetSocketAddress gateway;
    private final long gap;
    private final Thread pacer;
    private final String delay;
    private volatile boolean over;

    /**
     * Begins.
     *
     * @param perSecond callers a second
     * @param delayMillis how long the model is told to think
     */
    Load(InetSocketAddress gateway, int perSecond, int delayMillis) {
        this.gateway = gateway;
        this.gap = 1_000_000_000L / perSecond;
        this.delay = delayMillis == 0 ? "" : ",delay=" + delayMillis;
        this.pacer = Thread.ofPlatform().name("load").start(this::pace);
    }

    private void pace() {
        long due = System.nanoTime();
        for (int i = 0; !over; i++) {
            boolean stream = i % 2 == 1;
            long mine = due;
            String behaviour = (stream ? "events=5,pace=20,size=500" : "size=500") + delay;
            callers.execute(() -> seen.add(new Caller(gateway, stream, behaviour).ask(mine)));
            due += gap;
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** Returns what was seen so far of those who were to come from one time on until another. */
    List<Seen> between(long from, long to) {
        return seen.stream()
                .filter(each -> each.due() - from >= 0 && each.due() - to < 0)
                .toList();
    }

    /** Lets nobody come any more, and waits for those who are there. */
    @Override
    public void close() {
        over = true;
        try {
            pacer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callers.close();
    }
}
