package dev.stillgate.proxy.fleet;

import dev.stillgate.spi.Fleet;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** Counters of the fleet and their registration. */
final class FleetMeters {
    final LongAdder draws = new LongAdder();
    final LongAdder drawFailures = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder readerFailures = new LongAdder();

    /** Registers the meters. */
    void show(MeterRegistry registry, Fleet fleet) {
        Gauge.builder("stillgate.fleet.link", fleet, f -> f.link() == Fleet.Link.JOINED ? 1 : 0)
                .description("1 while the fleet's store responds and accepts writes, else 0")
                .strongReference(true)
                .register(registry);
        Gauge.builder("stillgate.fleet.nodes", fleet, Fleet::nodes)
                .description("Gateways known to be alive, including this one")
                .strongReference(true)
                .register(registry);
        counter(registry, "stillgate.fleet.draws", draws, "Draws from shared buckets, including failed ones");
        counter(registry, "stillgate.fleet.draw.failures", drawFailures, "Draws that failed or timed out");
        counter(registry, "stillgate.fleet.feed.sent", sent, "Records that the store accepted");
        counter(
                registry,
                "stillgate.fleet.feed.dropped",
                dropped,
                "Records that were dropped, or whose acceptance is unknown");
        counter(registry, "stillgate.fleet.feed.received", received, "Records that were delivered to readers");
        counter(registry, "stillgate.fleet.feed.reader.failures", readerFailures, "Records whose reader failed");
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
