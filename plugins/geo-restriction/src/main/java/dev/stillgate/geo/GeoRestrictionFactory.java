package dev.stillgate.geo;

import dev.stillgate.geo.GeoRestrictionPolicy.Databases;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.PolicyReview;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Creates {@code geo-restriction} filters. */
public final class GeoRestrictionFactory implements FilterFactory<GeoRestrictionPolicy> {
    private static final Duration AGE_CHECK = Duration.ofSeconds(10);

    /** Called by the {@link java.util.ServiceLoader}. */
    public GeoRestrictionFactory() {}

    @Override
    public String type() {
        return "geo-restriction";
    }

    @Override
    public Class<GeoRestrictionPolicy> policyType() {
        return GeoRestrictionPolicy.class;
    }

    @Override
    public Filter create(GeoRestrictionPolicy policy, FilterContext context) {
        List<PolicyException> failures = new ArrayList<>();
        RouteTable routes = new RouteTable(policy, failures);
        DatabasePool pool = context.state(DatabasePool.class, DatabasePool::new);
        List<DatabaseFile> files = open(Objects.requireNonNull(policy.databases()), pool, failures);
        PolicyException.throwIfAny(failures);
        GeoRestriction filter = new GeoRestriction(routes, pool, files, context);
        for (DatabaseFile file : files) {
            String database = file.kind().key();
            context.gauge("stillgate.geo.database.stale", () -> file.stale() ? 1 : 0, "database", database);
            context.gauge(
                    "stillgate.geo.database.build.seconds", () -> file.good().buildSeconds(), "database", database);
            DatabaseAge age = new DatabaseAge(policy);
            context.background().every(AGE_CHECK, () -> age.log(file, context.ticker()));
        }
        if (!files.isEmpty()) {
            context.background().every(Objects.requireNonNull(policy.reload()), filter::refresh);
        }
        return filter;
    }

    /** Warns of old databases, and of rules for routes that do not exist. */
    @Override
    public void review(GeoRestrictionPolicy policy, PolicyReview review) {
        for (DatabaseFile file :
                open(Objects.requireNonNull(policy.databases()), new DatabasePool(), new ArrayList<>())) {
            String old = new DatabaseAge(policy).warning(file, System.currentTimeMillis());
            if (old != null) {
                review.warn("databases." + file.kind().key(), old);
            }
        }
        List<GeoRestrictionPolicy.Route> routes = Objects.requireNonNull(policy.routes());
        for (int i = 0; i < routes.size(); i++) {
            String path = routes.get(i).path();
            if (review.routes().stream().noneMatch(route -> route.startsWith(path))) {
                review.warn("routes[" + i + "].path", "no route of the policy begins with " + path);
            }
        }
    }

    private static List<DatabaseFile> open(Databases databases, DatabasePool pool, List<PolicyException> failures) {
        List<DatabaseFile> files = new ArrayList<>();
        for (DatabaseKind kind : DatabaseKind.values()) {
            Path path = databases.path(kind);
            if (path != null) {
                try {
                    files.add(pool.open(kind, path));
                } catch (IOException e) {
                    failures.add(new PolicyException("databases." + kind.key(), path + ": " + DatabaseFile.reason(e)));
                }
            }
        }
        return files;
    }

    /**
     * Warns of an old database. Networks move between countries and holders, so an old database refuses the wrong
     * clients. Not thread-safe.
     */
    static final class DatabaseAge {
        private static final System.Logger LOG = System.getLogger(DatabaseAge.class.getName());

        private static final long DAY_NANOS = Duration.ofDays(1).toNanos();

        private final Duration oldAfter;
        private @Nullable MmdbDatabase checked;
        private long checkedNanos;

        DatabaseAge(GeoRestrictionPolicy policy) {
            this.oldAfter = Objects.requireNonNull(policy.oldAfter());
        }

        /** Returns a warning if a database is too old; null if it is not, or has no build time. */
        @Nullable
        String warning(DatabaseFile file, long nowMillis) {
            long built = file.good().buildSeconds();
            Duration age = Duration.ofMillis(nowMillis).minusSeconds(built);
            if (oldAfter.isZero() || built == 0 || age.compareTo(oldAfter) <= 0) {
                return null;
            }
            return file.path() + " was built on "
                    + Instant.ofEpochSecond(built).toString().substring(0, 10) + ", " + age.toDays() + " days ago: "
                    + DatabaseFile.WHERE_FROM;
        }

        /** Logs a warning if a database is too old: at the first call, for new content, and once a day. */
        void log(DatabaseFile file, Ticker ticker) {
            long now = ticker.nanos();
            MmdbDatabase current = file.good();
            if (current.equals(checked) && now - checkedNanos < DAY_NANOS) {
                return;
            }
            checked = current;
            checkedNanos = now;
            String warning = warning(file, ticker.millis());
            if (warning != null) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} database {1}",
                        file.kind().key(),
                        warning);
            }
        }
    }
}
