package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.CompiledChain;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.chain.FilterSpec;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.StateRegistry;
import dev.stillgate.proxy.config.Binder;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.ConfigReader;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Filter chains of the shipped plugins, compiled as in the gateway but without background tasks. */
final class Plugins {
    /** Filter geo-restriction with the real databases. */
    static final Entry GEO = new Entry("geo-restriction", """
            oldAfter: off
            databases: {country: "%1$s/GeoLite2-Country.mmdb", asn: "%1$s/GeoLite2-ASN.mmdb"}
            deny: {countries: [KP, IR, SY, CU]}
            unknown: allow
            """.formatted(geo()));

    /** Filter token-bucket with a bucket that no benchmark empties. */
    static final Entry BUCKETS = new Entry("token-bucket", """
            headers: off
            limits:
              - {name: requests, measure: requests, capacity: 1000000000000, refill: 1000000/1m}
            """);

    /** Filter token-bucket with four limits that no benchmark exhausts. */
    static final Entry FOUR_LIMITS = new Entry("token-bucket", """
            headers: off
            limits:
              - {name: requests, measure: requests, capacity: 1000000000000, refill: 1000000/1m}
              - {name: input, measure: input-tokens, capacity: 1000000000000, refill: 1000000/1m}
              - {name: output, measure: output-tokens, capacity: 1000000000000, refill: 1000000/1m}
              - {name: daily, measure: output-tokens, capacity: 1000000000000, refill: 100000000000/1d}
            """);

    private Plugins() {}

    /**
     * A filter of the policy.
     *
     * @param type type and name of the filter
     * @param config its configuration in YAML
     */
    record Entry(String type, String config) {}

    /**
     * Compiles a chain of enforcing filters.
     *
     * @throws IllegalStateException if a database is missing
     */
    static FilterChain chain(Entry... entries) {
        FilterCatalog catalog = FilterCatalog.load(Plugins.class.getClassLoader(), null);
        FilterMeters meters = new FilterMeters(new SimpleMeterRegistry());
        List<FilterSpec> specs = new ArrayList<>();
        for (Entry entry : entries) {
            specs.add(spec(catalog, entry));
        }
        CompiledChain compiled = new ChainCompiler(
                        catalog, new StateRegistry(), meters, meters, Ticker.system(), (period, task) -> () -> {})
                .compile(specs);
        compiled.activate();
        return compiled.chain();
    }

    private static FilterSpec spec(FilterCatalog catalog, Entry entry) {
        FilterFactory<?> factory = catalog.find(entry.type());
        if (factory == null) {
            throw new IllegalStateException("no plugin of type " + entry.type() + " on the class path");
        }
        try {
            byte[] yaml = entry.config().getBytes(StandardCharsets.UTF_8);
            Record policy = Binder.bind(ConfigReader.parse(Path.of("bench.yaml"), yaml), factory.policyType());
            return new FilterSpec(entry.type(), entry.type(), FilterMode.ENFORCE, OnError.OPEN, policy);
        } catch (ConfigException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Returns the database directory of the source tree that contains the working directory. */
    private static Path geo() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path geo = at.resolve("config").resolve("geo");
            if (Files.isDirectory(geo)) {
                return geo;
            }
        }
        throw new IllegalStateException(String.format(
                Locale.ROOT, "no config/geo above %s: build first", Path.of("").toAbsolutePath()));
    }
}
