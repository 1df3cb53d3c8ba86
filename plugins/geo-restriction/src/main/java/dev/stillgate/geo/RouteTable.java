package dev.stillgate.geo;

import dev.stillgate.geo.GeoRestrictionPolicy.Databases;
import dev.stillgate.geo.GeoRestrictionPolicy.Route;
import dev.stillgate.geo.GeoRestrictionPolicy.Rules;
import dev.stillgate.geo.GeoRestrictionPolicy.Unknown;
import dev.stillgate.spi.GeoFacts.Anonymiser;
import dev.stillgate.spi.PolicyException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rules of a policy by route. */
final class RouteTable {
    private final Ruleset general;
    private final String[] paths;
    private final Ruleset[] rules;

    private record Entry(String path, Ruleset rules) {}

    /**
     * Builds the table of a policy.
     *
     * @param failures receives an error for each invalid entry and each missing database
     */
    RouteTable(GeoRestrictionPolicy policy, List<PolicyException> failures) {
        Databases databases = Objects.requireNonNull(policy.databases());
        Unknown unknown = Objects.requireNonNull(policy.unknown());
        this.general = compile(policy.deny(), policy.allow(), unknown, "", databases, failures);
        List<Entry> overrides = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        List<Route> routes = Objects.requireNonNull(policy.routes());
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            String at = "routes[" + i + "].";
            Integer first = seen.putIfAbsent(route.path(), i);
            if (first != null) {
                failures.add(new PolicyException(
                        at + "path", "the path " + route.path() + " is listed twice", "routes[" + first + "].path"));
            }
            Unknown own = Objects.requireNonNullElse(route.unknown(), unknown);
            overrides.add(new Entry(route.path(), compile(route.deny(), route.allow(), own, at, databases, failures)));
        }
        overrides.sort(
                Comparator.comparingInt((Entry one) -> one.path().length()).reversed());
        this.paths = overrides.stream().map(Entry::path).toArray(String[]::new);
        this.rules = overrides.stream().map(Entry::rules).toArray(Ruleset[]::new);
    }

    /** Returns the rules of a route, by its path; allocates nothing. */
    Ruleset rules(String route) {
        for (int i = 0; i < paths.length; i++) {
            if (route.startsWith(paths[i])) {
                return rules[i];
            }
        }
        return general;
    }

    private static Ruleset compile(
            @Nullable Rules deny,
            @Nullable Rules allow,
            Unknown unknown,
            String at,
            Databases databases,
            List<PolicyException> failures) {
        Rules denied = Objects.requireNonNull(deny);
        Rules allowed = Objects.requireNonNull(allow);
        needs(denied, at + "deny", databases, failures);
        needs(allowed, at + "allow", databases, failures);
        boolean denyUnknown = unknown == Unknown.DENY;
        if (denyUnknown && databases.country() == null) {
            failures.add(missing(DatabaseKind.COUNTRY, at + "unknown: deny"));
        }
        return new Ruleset(
                new AddressRules(denied, at + "deny", failures),
                new AddressRules(allowed, at + "allow", failures),
                denyUnknown);
    }

    private static void needs(Rules rules, String at, Databases databases, List<PolicyException> failures) {
        if (!Objects.requireNonNull(rules.countries()).isEmpty() && databases.country() == null) {
            failures.add(missing(DatabaseKind.COUNTRY, at + ".countries"));
        }
        if (!Objects.requireNonNull(rules.asns()).isEmpty() && databases.asn() == null) {
            failures.add(missing(DatabaseKind.ASN, at + ".asns"));
        }
        boolean flags = databases.anonymousIp() != null || databases.anonymousPlus() != null;
        boolean residential = databases.residentialProxy() != null;
        for (Anonymiser kind : Objects.requireNonNull(rules.anonymisers())) {
            boolean known =
                    flags || (residential && (kind == Anonymiser.RESIDENTIAL_PROXY || kind == Anonymiser.ANONYMOUS));
            if (!known) {
                failures.add(missing(DatabaseKind.ANONYMOUS_IP, at + ".anonymisers"));
                return;
            }
        }
    }

    private static PolicyException missing(DatabaseKind kind, String rule) {
        return new PolicyException(
                "databases." + kind.key(),
                rule + " needs a database that names " + kind.finding() + ", and none is given");
    }
}
