package dev.stillgate.geo;

import dev.stillgate.spi.GeoFacts.Anonymiser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in by where the address is. The order in which the rules apply is that of {@link Ruleset#judge}.
 *
 * @param databases the database files; default none
 * @param deny who is refused; default no one
 * @param allow who is let in; default everyone
 * @param routes rules of their own for some routes; default none
 * @param unknown whether an address whose country is not known is let in; default {@code allow}
 * @param reload how often the database files are looked at, at least 1 s; default 30 s
 * @param oldAfter the age from which a database is warned of, {@code off} for never; default 90 days
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
     * The database files, in MaxMind DB format; a rule needs the one that it is about.
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
     * Marks of an address, each list of them default empty.
     *
     * @param countries ISO 3166-1 alpha-2 codes in upper case; {@code XK} is Kosovo
     * @param asns numbers of autonomous systems, from 1
     * @param networks networks of IPv4 and IPv6 in CIDR notation, or addresses alone
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
     * Rules in place of the general ones, {@code deny} and {@code allow} both, for the routes under a path; of several
     * that apply, the longest path.
     *
     * @param path the beginning of the path of a route, from {@code /}
     * @param deny who is refused there; default no one
     * @param allow who is let in there; default everyone
     * @param unknown as for the whole; default as there
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

    /** What becomes of an address whose country is not known. */
    public enum Unknown {
        ALLOW,
        DENY
    }
}
