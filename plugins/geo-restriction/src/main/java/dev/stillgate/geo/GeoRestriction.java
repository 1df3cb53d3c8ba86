package dev.stillgate.geo;

import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Verdict;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The {@code geo-restriction} filter: looks the client's address up, stores the result for later filters, and refuses
 * the request if the rules say so. Results are cached on the connection, and in a cache of addresses for connections of
 * trusted proxies, which carry requests of many clients. A cache hit allocates nothing.
 */
final class GeoRestriction implements RequestFilter {
    private final RouteTable routes;
    private final DatabasePool pool;
    private final List<DatabaseFile> files;
    private final FilterContext context;
    private final Slot<GeoFacts> facts;
    private final Slot<GeoRefusal> refused;
    private final Slot<Located> located;
    private final Counter lookups;
    private final Counter connectionHits;
    private final Counter addressHits;
    private final Map<RefusalReason, Counter> matches = new EnumMap<>(RefusalReason.class);
    private volatile DatabaseSet snapshot;

    GeoRestriction(RouteTable routes, DatabasePool pool, List<DatabaseFile> files, FilterContext context) {
        this.routes = routes;
        this.pool = pool;
        this.files = List.copyOf(files);
        this.context = context;
        this.facts = context.slot(GeoFacts.SLOT_LABEL, GeoFacts.class);
        this.refused = context.slot(GeoRefusal.SLOT_LABEL, GeoRefusal.class);
        this.located = context.slot("geo.located." + context.name(), Located.class);
        this.lookups = context.counter("stillgate.geo.lookups");
        this.connectionHits = context.counter("stillgate.geo.cache.hits", "cache", "connection");
        this.addressHits = context.counter("stillgate.geo.cache.hits", "cache", "address");
        for (RefusalReason refusal : RefusalReason.values()) {
            matches.put(refusal, context.counter("stillgate.geo.matches", "code", refusal.code()));
        }
        this.snapshot = pool.snapshot(this.files, this::errors);
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        Located at = locate(exchange);
        if (!files.isEmpty()) {
            exchange.set(facts, at.facts());
        }
        RefusalReason refusal = routes.rules(exchange.route()).judge(at);
        if (refusal == null) {
            return Verdict.ALLOW;
        }
        Objects.requireNonNull(matches.get(refusal)).increment();
        if (!files.isEmpty()) {
            exchange.set(refused, at.refusal());
        }
        return refusal.verdict();
    }

    /** Looks at the files, and takes the new content of those that have changed into force. */
    void refresh() {
        files.forEach(DatabaseFile::refresh);
        if (!snapshot.holds(files)) {
            snapshot = pool.snapshot(files, this::errors);
        }
    }

    private Located locate(Exchange exchange) {
        DatabaseSet now = snapshot;
        InetAddress address = exchange.address();
        ConnectionFacts connection = exchange.connection();
        Located known = connection.get(located);
        if (known != null && known.answers(address, now.generation())) {
            connectionHits.increment();
            return known;
        }
        Located cached = pool.cache().get(address, now.generation());
        if (cached != null) {
            addressHits.increment();
            connection.set(located, cached);
            return cached;
        }
        lookups.increment();
        Located fresh = now.locate(address);
        pool.cache().put(fresh);
        connection.set(located, fresh);
        return fresh;
    }

    private Counter errors(DatabaseKind kind) {
        return context.counter("stillgate.geo.lookup.errors", "database", kind.key());
    }
}
