package dev.stillgate.proxy.fleet;

import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.FleetFeed;
import dev.stillgate.spi.SharedBuckets;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fleet through a Valkey or Redis server. Until it is started it has no thread and no connection, and is like a
 * fleet whose store is lost; then it joins in the background, whenever the store comes up. Three connections keep what
 * is slow (a blocking read, a batch of records) from standing before a draw.
 */
public final class ValkeyFleet implements Fleet, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ValkeyFleet.class);
    private static final Duration LOOK = Duration.ofMillis(250);
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
    private final Map<String, StreamFeed> feeds = new ConcurrentHashMap<>();
    private final List<ScheduledFuture<?>> periodic = new ArrayList<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private final CountDownLatch gaveUp = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    /** A fleet that is not started. */
    public ValkeyFleet(FleetStore store) {
        String name = store.node();
        node = name == null ? NodeName.random() : name;
        namespace = store.namespace();
        timeout = store.timeout();
        client = new StoreClient(store, threads, StreamReader.BLOCK);
        StoreConnection draws = new StoreConnection(client);
        StoreConnection writes = new StoreConnection(client);
        StoreConnection reads = new StoreConnection(client);
        StoreClock clock = new StoreClock(System::nanoTime);
        watch = new LinkWatch(
                store.store(), List.of(draws, writes, reads), draws, clock, this::probe, threads.worker(), this::joins);
        reader = new StreamReader(reads, writes, threads.loop(), threads.worker(), meters);
        writer = new StreamWriter(node, writes, watch::joined, threads.loop(), meters, reader::place);
        presence = new Presence(node, namespace + ":nodes", writer, watch::joined, clock);
        presence.listen(reader);
        roles = new Roles(node, namespace + ":role:", draws, watch::joined, threads.worker(), System::nanoTime);
        buckets =
                new StoreBuckets(namespace + ":bucket:", draws, watch::joined, clock, threads.loop(), timeout, meters);
    }

    /** Begins to look for the store; returns at once. */
    public void start() {
        if (started.getAndSet(true)) {
            return;
        }
        reader.start();
        periodic.add(every(LOOK, this::look));
        periodic.add(every(Presence.BEAT, presence::beat));
        periodic.add(every(Roles.BEAT, roles::beat));
    }

    /** An executor ends a repetition that fails once; this one goes on, for nothing else would find the store again. */
    private ScheduledFuture<?> every(Duration period, Runnable task) {
        Runnable tried = () -> {
            try {
                task.run();
            } catch (RuntimeException failure) {
                log.error("looking after the fleet failed, and is tried again", failure);
            }
        };
        return threads.worker().scheduleAtFixedRate(tried, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Shows what it counts. */
    public void show(MeterRegistry registry) {
        meters.show(registry, this);
    }

    private CompletionStage<SharedBuckets.Drawn> probe() {
        return buckets.probe(node);
    }

    private void look() {
        watch.look();
        if (watch.joined()) {
            threads.loop().execute(reader::place);
            reader.read();
        }
    }

    /** Places come before the first record that anybody can send. */
    private void joins() {
        presence.joins();
        roles.joins();
        threads.loop().execute(reader::place);
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

    /**
     * Gives up what only one gateway can be, and tells the others that this one is ending, so that they count it no longer;
     * it still takes part until closed.
     */
    public void leave() {
        presence.leave();
        if (started.get() && !left.getAndSet(true)) {
            threads.worker().execute(() -> roles.leave().whenComplete((told, failure) -> gaveUp.countDown()));
        }
    }

    /** Leaves, gives what was published a last chance to be sent, and ends; does nothing the second time. */
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
            boolean told = gaveUp.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
            log.debug("roles were given up{}", told ? "" : ", but the store does not know");
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
