package dev.stillgate.proxy.fleet;

import dev.stillgate.spi.Fleet;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** What the fleet counts. */
final class FleetMeters {
    final LongAdder draws = new LongAdder();
    final LongAdder drawFailures = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder readerFailures = new LongAdder();

    /** Shows them, for as long as the registry lives. */
    void show(MeterRegistry registry, Fleet fleet) {
        Gauge.builder("stillgate.fleet.link", fleet, f -> f.link() == Fleet.Link.JOINED ? 1 : 0)
                .description("1 while the fleet's store answers and takes writes, 0 while it does not")
                .strongReference(true)
                .register(registry);
        Gauge.builder("stillgate.fleet.nodes", fleet, Fleet::nodes)
                .description("Gateways that were alive when last heard of, this one included")
                .strongReference(true)
                .register(registry);
        counter(registry, "stillgate.fleet.draws", draws, "Draws from shared buckets, the failed ones included");
        counter(
                registry,
                "stillgate.fleet.draw.failures",
                drawFailures,
                "Draws that failed or were not answered in time");
        counter(registry, "stillgate.fleet.feed.sent", sent, "Records that the store has taken");
        counter(
                registry,
                "stillgate.fleet.feed.dropped",
                dropped,
                "Records that were dropped, or not known to be taken");
        counter(registry, "stillgate.fleet.feed.received", received, "Records that were handed to readers");
        counter(registry, "stillgate.fleet.feed.reader.failures", readerFailures, "Records at which a reader failed");
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
