package dev.stillgate.proxy.fleet;

import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.proxy.fleet.StreamWriter.StreamName;
import dev.stillgate.proxy.orders.SharedRecords;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.FleetFeed;
import dev.stillgate.spi.SharedBuckets;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fleet that is connected by a Valkey or Redis server. Before {@link #start} it has no thread and no connection, and
 * reports the store as lost. After that it joins in the background as soon as the store is reachable. Three connections
 * keep slow commands (blocking reads, batches of records) from delaying draws.
 */
public final class ValkeyFleet implements Fleet, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ValkeyFleet.class);
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(250);
    private static final Duration CURSOR_CHECK = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS = 5;

    private final String node;
    private final String namespace;
    private final Duration timeout;
    private final FleetMeters meters = new FleetMeters();
    private final StoreThreads threads = new StoreThreads();
    private final StoreClient client;
    private final LinkWatch watch;
    private final StreamReader reader;
    private final StreamWriter writer;
    private final Presence presence;
    private final Roles roles;
    private final StoreBuckets buckets;
    private final StoreRecords orders;
    private final StoreClock clock = new StoreClock(System::nanoTime);
    private final Map<String, StreamFeed> feeds = new ConcurrentHashMap<>();
    private final List<ScheduledFuture<?>> periodic = new ArrayList<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private final CountDownLatch rolesReleased = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Creates a fleet that is not started. */
    public ValkeyFleet(FleetStore store) {
        node = NodeName.unique(store.node());
        namespace = store.namespace();
        timeout = store.timeout();
        client = new StoreClient(store, threads, StreamReader.BLOCK);
        StoreConnection draws = new StoreConnection(client);
        StoreConnection writes = new StoreConnection(client);
        StoreConnection reads = new StoreConnection(client);
        watch = new LinkWatch(
                store.store(),
                List.of(draws, writes, reads),
                draws,
                clock,
                this::probe,
                threads.worker(),
                this::onJoin);
        reader = new StreamReader(reads, writes, threads.loop(), threads.worker(), meters);
        writer = new StreamWriter(node, writes, watch::joined, threads.loop(), meters, reader::positionCursors);
        presence = new Presence(node, store.node() != null, namespace + ":nodes", writer, watch::joined, clock);
        presence.listen(reader);
        roles = new Roles(node, namespace + ":role:", draws, watch::joined, threads.worker(), System::nanoTime);
        buckets =
                new StoreBuckets(namespace + ":bucket:", draws, watch::joined, clock, threads.loop(), timeout, meters);
        orders = new StoreRecords(
                node, namespace + ":orders", writes, watch::joined, reader, threads.worker(), threads.records());
    }

    /** Starts to connect in the background. Idempotent. */
    public void start() {
        if (started.getAndSet(true)) {
            return;
        }
        reader.start();
        periodic.add(every(CHECK_INTERVAL, this::check));
        periodic.add(every(Presence.BEAT, presence::beat));
        periodic.add(every(Roles.BEAT, roles::beat));
        periodic.add(every(CURSOR_CHECK, reader::checkCursors));
    }

    /** Schedules a task that continues after failures. Executors cancel a periodic task once it fails. */
    private ScheduledFuture<?> every(Duration period, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException failure) {
                log.error("a periodic task of the fleet failed; it will run again", failure);
            }
        };
        return threads.worker().scheduleAtFixedRate(guarded, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Registers the meters of the fleet. */
    public void show(MeterRegistry registry) {
        meters.show(registry, this);
    }

    private CompletionStage<SharedBuckets.Drawn> probe() {
        return buckets.probe(node);
    }

    private void check() {
        watch.check();
        if (watch.joined()) {
            threads.loop().execute(reader::positionCursors);
            reader.read();
        }
    }

    /** Prepares for a joined store. Cursors are positioned before any record can be sent. */
    private void onJoin() {
        presence.onJoin();
        roles.onJoin();
        reader.onJoin();
        threads.worker().execute(presence::beat);
    }

    @Override
    public Link link() {
        return watch.link();
    }

    @Override
    public boolean leads(String role) {
        return roles.leads(role);
    }

    @Override
    public String node() {
        return node;
    }

    @Override
    public int nodes() {
        return presence.count();
    }

    @Override
    public FleetFeed feed(String topic) {
        return feeds.computeIfAbsent(
                topic,
                absent -> new StreamFeed(
                        new StreamName(namespace + ":feed:" + topic, StreamFeed.LENGTH), writer, reader));
    }

    @Override
    public SharedBuckets buckets() {
        return buckets;
    }

    /** Returns the records of operators' orders in the store. */
    public SharedRecords orders() {
        return orders;
    }

    /** Returns the store's time in milliseconds since the epoch; empty before the store's first response. */
    public OptionalLong storeMillis() {
        return clock.known() ? OptionalLong.of(clock.millis()) : OptionalLong.empty();
    }

    /**
     * Releases the roles and announces that this gateway leaves, so that others no longer count it. Draws and feeds
     * work until {@link #close}.
     */
    public void leave() {
        presence.leave();
        if (started.get() && !left.getAndSet(true)) {
            threads.worker().execute(() -> roles.leave().whenComplete((done, failure) -> rolesReleased.countDown()));
        }
    }

    /** Leaves, waits briefly until queued records are sent, and closes. Idempotent. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        leave();
        if (started.get()) {
            drain();
            periodic.forEach(task -> task.cancel(false));
            watch.close();
            threads.loop().submit(buckets::abandon).awaitUninterruptibly(timeout.toMillis());
        }
        client.close();
        threads.close();
    }

    private void drain() {
        long end = System.nanoTime() + timeout.toNanos();
        try {
            boolean released = rolesReleased.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
            log.debug("roles were released{}", released ? "" : ", but the store did not confirm");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        while (watch.joined() && !writer.idle() && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
