package dev.stillgate.proxy.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;

/** What the process itself takes: memory, pauses, processor, files; and which build it is. */
public final class ProcessMeters implements AutoCloseable {
    private final JvmGcMetrics pauses = new JvmGcMetrics();

    private ProcessMeters() {}

    /** Shows them; closing it lets go of the collector's notifications. */
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
