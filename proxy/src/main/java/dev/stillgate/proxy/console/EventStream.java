package dev.stillgate.proxy.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live events of the console as server-sent events (WHATWG HTML, section 9.2). One thread asks the source once a second,
 * only while there are listeners; so a closed console costs nothing. The last {@value #KEPT} events are kept, so that a
 * listener who returns with {@code Last-Event-ID} misses none of them. Thread-safe.
 */
public final class EventStream implements AutoCloseable {
    private static final int KEPT = 128;
    private static final int MOST_LISTENERS = 16;
    /** Length of one response. The browser then asks again; the server limits the time of a response to 30 s. */
    private static final Duration RESPONSE = Duration.ofSeconds(25);

    private static final Duration PERIOD = Duration.ofSeconds(1);
    /** The source is asked for this many more periods after the last listener has left. */
    private static final int IDLE_PERIODS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    private final Duration period;
    private final Duration response;
    private final Supplier<List<Event>> source;
    private final @Nullable Path log;
    private final Semaphore places = new Semaphore(MOST_LISTENERS);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Deque<Numbered> kept = new ArrayDeque<>();
    private long next = System.currentTimeMillis(); // above the ids of an earlier process
    private int listeners;
    private boolean asking;
    private boolean closed;

    /**
     * An event.
     *
     * @param name the event's type
     * @param json its data, without line feeds
     */
    public record Event(String name, String json) {}

    private record Numbered(long id, Event event) {}

    /**
     * Creates a stream.
     *
     * @param source returns the events of the last second; called by one thread at a time
     * @param log the access log, whose lines are sent to listeners that want them; null for none
     */
    public EventStream(Supplier<List<Event>> source, @Nullable Path log) {
        this(source, log, PERIOD, RESPONSE);
    }

    EventStream(Supplier<List<Event>> source, @Nullable Path log, Duration period, Duration response) {
        this.source = source;
        this.log = log;
        this.period = period;
        this.response = response;
    }

    /** Returns whether lines of the access log can be had. */
    public boolean hasLog() {
        return log != null;
    }

    /** Takes a place for a listener; returns false if there is none. */
    public boolean enter() {
        return places.tryAcquire();
    }

    /** Gives the place of a listener back. */
    public void leave() {
        places.release();
    }

    /**
     * Writes events until the listener is gone or the response is {@code 25 s} long.
     *
     * @param lastId the id of the last event that the listener has, 0 for none
     * @param withLog whether lines of the access log are wanted
     */
    public void serve(OutputStream out, long lastId, boolean withLog) throws IOException, InterruptedException {
        LogTail tail = withLog && log != null ? new LogTail(log) : null;
        count(1);
        try {
            write(out, "retry: 500\n\n");
            long end = System.nanoTime() + response.toNanos();
            long seen = lastId;
            while (System.nanoTime() - end < 0 && !isClosed()) {
                StringBuilder text = new StringBuilder();
                for (Numbered each : after(seen)) {
                    seen = each.id;
                    text.append("id: ").append(each.id).append('\n').append(text(each.event));
                }
                for (String line : tail == null ? List.<String>of() : tail.read()) {
                    text.append(text(new Event("exchange", line)));
                }
                write(out, text.isEmpty() ? ": still here\n\n" : text.toString());
            }
        } finally {
            count(-1);
        }
    }

    private static String text(Event event) {
        return "event: " + event.name + "\ndata: " + event.json + "\n\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Returns the kept events after an id; waits for at most one period if there are none. */
    private List<Numbered> after(long id) throws InterruptedException {
        lock.lock();
        try {
            long remaining = period.toNanos();
            while ((kept.isEmpty() || kept.getLast().id <= id) && remaining > 0 && !closed) {
                remaining = added.awaitNanos(remaining);
            }
            List<Numbered> later = new ArrayList<>();
            for (Numbered each : kept) {
                if (each.id > id) {
                    later.add(each);
                }
            }
            return later;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a listener in or out; starts asking the source for the first one. */
    private void count(int change) {
        lock.lock();
        try {
            listeners += change;
            if (listeners > 0 && !asking && !closed) {
                asking = true;
                Thread.ofVirtual().name("console-events").start(this::ask);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Adds the source's events once a second until there have been no listeners for a while. */
    private void ask() {
        int idle = 0;
        while (true) {
            List<Event> events = events();
            lock.lock();
            try {
                for (Event event : events) {
                    kept.addLast(new Numbered(++next, event));
                }
                while (kept.size() > KEPT) {
                    kept.removeFirst();
                }
                added.signalAll();
                idle = listeners > 0 ? 0 : idle + 1;
                if (closed || idle == IDLE_PERIODS) {
                    asking = false;
                    return;
                }
            } finally {
                lock.unlock();
            }
            try {
                Thread.sleep(period);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private List<Event> events() {
        try {
            return source.get();
        } catch (RuntimeException failure) {
            LOG.warn("the console's events cannot be read", failure);
            return List.of();
        }
    }

    /** Ends all responses. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
