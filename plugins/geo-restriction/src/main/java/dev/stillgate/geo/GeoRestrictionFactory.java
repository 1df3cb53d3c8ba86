package dev.stillgate.geo;

import dev.stillgate.geo.GeoRestrictionPolicy.Databases;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.PolicyReview;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
}
