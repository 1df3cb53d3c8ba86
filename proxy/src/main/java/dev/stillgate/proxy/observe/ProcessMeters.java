package dev.stillgate.proxy.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;

/** Meters of the process: memory, garbage collection, threads, CPU, file descriptors, uptime and build. */
public final class ProcessMeters implements AutoCloseable {
    private final JvmGcMetrics pauses = new JvmGcMetrics();

    private ProcessMeters() {}

    /** Registers the meters. Closing the result removes the garbage collector's notification listeners. */
    public static ProcessMeters show(MeterRegistry registry) {
        ProcessMeters meters = new ProcessMeters();
        meters.pauses.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        String version = ProcessMeters.class.getPackage().getImplementationVersion();
        Gauge.builder("stillgate.build.info", () -> 1)
                .tags(
                        "version",
                        version == null ? "development" : version,
                        "java",
                        Runtime.version().toString())
                .register(registry);
        return meters;
    }

    @Override
    public void close() {
        pauses.close();
    }
}
