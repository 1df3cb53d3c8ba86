package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts.Anonymiser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Policy of a {@code geo-restriction} filter. {@link Ruleset#judge} documents the order of the rules.
 *
 * @param databases the database files; default none
 * @param deny addresses that are refused; default none
 * @param allow addresses that are allowed; default all
 * @param routes separate rules for some routes; default none
 * @param unknown treatment of addresses without a known country; default {@code allow}
 * @param reload how often the database files are checked, at least 1 s; default 30 s
 * @param oldAfter age of a database from which a warning is logged, {@code off} for never; default 90 days
 */
public record GeoRestrictionPolicy(
        @Nullable Databases databases,
        @Nullable Rules deny,
        @Nullable Rules allow,
        @Nullable List<Route> routes,
        @Nullable Unknown unknown,
        @Nullable Duration reload,
        @Nullable Duration oldAfter) {
    private static final Duration DEFAULT_RELOAD = Duration.ofSeconds(30);
    private static final Duration DEFAULT_OLD_AFTER = Duration.ofDays(90);

    public GeoRestrictionPolicy {
        databases = Objects.requireNonNullElseGet(databases, () -> new Databases(null, null, null, null, null));
        deny = Objects.requireNonNullElse(deny, Rules.NONE);
        allow = Objects.requireNonNullElse(allow, Rules.NONE);
        routes = routes == null ? List.of() : List.copyOf(routes);
        unknown = Objects.requireNonNullElse(unknown, Unknown.ALLOW);
        reload = Objects.requireNonNullElse(reload, DEFAULT_RELOAD);
        oldAfter = Objects.requireNonNullElse(oldAfter, DEFAULT_OLD_AFTER);
        if (reload.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("reload: expected 1s or more, found " + reload);
        }
    }

    /**
     * The database files, in MaxMind DB format; a rule requires the database of its kind.
     *
     * @param country MaxMind Country, City or Enterprise, or one with a flat {@code country_code}
     * @param asn MaxMind ASN or ISP, or one with a flat {@code asn}
     * @param anonymousIp MaxMind Anonymous-IP
     * @param anonymousPlus MaxMind Anonymous-Plus
     * @param residentialProxy MaxMind Residential-Proxy
     */
    public record Databases(
            @Nullable Path country,
            @Nullable Path asn,
            @Nullable Path anonymousIp,
            @Nullable Path anonymousPlus,
            @Nullable Path residentialProxy) {
        @Nullable
        Path path(DatabaseKind kind) {
            return switch (kind) {
                case COUNTRY -> country;
                case ASN -> asn;
                case ANONYMOUS_IP -> anonymousIp;
                case ANONYMOUS_PLUS -> anonymousPlus;
                case RESIDENTIAL_PROXY -> residentialProxy;
            };
        }
    }

    /**
     * Properties of addresses to match; each list is empty by default.
     *
     * @param countries ISO 3166-1 alpha-2 codes in upper case; {@code XK} is Kosovo
     * @param asns autonomous system numbers, from 1
     * @param networks IPv4 and IPv6 networks in CIDR notation, or single addresses
     * @param anonymisers kinds of anonymiser
     */
    public record Rules(
            @Nullable List<String> countries,
            @Nullable List<Long> asns,
            @Nullable List<String> networks,
            @Nullable List<Anonymiser> anonymisers) {
        static final Rules NONE = new Rules(null, null, null, null);

        public Rules {
            countries = countries == null ? List.of() : List.copyOf(countries);
            asns = asns == null ? List.of() : List.copyOf(asns);
            networks = networks == null ? List.of() : List.copyOf(networks);
            anonymisers = anonymisers == null ? List.of() : List.copyOf(anonymisers);
        }
    }

    /**
     * Rules for the routes under a path, which replace both {@code deny} and {@code allow}; the longest matching path
     * applies.
     *
     * @param path prefix of the route's path, starting with {@code /}
     * @param deny addresses that are refused; default none
     * @param allow addresses that are allowed; default all
     * @param unknown as in the general rules, which give the default
     */
    public record Route(
            String path,
            @Nullable Rules deny,
            @Nullable Rules allow,
            @Nullable Unknown unknown) {
        public Route {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("the path " + path + " does not begin with /");
            }
            deny = Objects.requireNonNullElse(deny, Rules.NONE);
            allow = Objects.requireNonNullElse(allow, Rules.NONE);
        }
    }

    /** Treatment of addresses without a known country. */
    public enum Unknown {
        ALLOW,
        DENY
    }
}
