package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The policy settings of a route that concern models and header fields. */
public final class RoutePolicy {
    /** A model's name as providers and clouds write it, or a prefix of names with {@code *} at its end. */
    private static final Pattern MODEL = Pattern.compile("[^\\s*\\p{Cntrl}]{0,255}\\*?");

    private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(1);
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(10);

    /** A field name (RFC 9110 section 5.6.2) without the underscore, whose fields are never forwarded. */
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9!#$%&'*+.^`|~-]{1,256}");

    /** Fields of the message's framing, its connection and its content, without which a body is read wrongly. */
    private static final Set<String> FRAMING = Set.of(
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Fields that the gateway writes itself. */
    private static final Set<String> WRITTEN =
            Set.of("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "x-request-id");

    /** Fields with the credential that the upstream must get. */
    private static final Set<String> CREDENTIALS = Set.of("api-key", "authorization", "x-api-key", "x-goog-api-key");

    private RoutePolicy() {}

    /**
     * The upstream of some models.
     *
     * @param names the models' names; prefixes if they end in {@code *}
     * @param upstream the upstream's name
     * @param split other upstreams, each for a share of the accounts
     */
    public record ModelRule(
            List<String> names,
            String upstream,
            @Default("[]") List<Share> split) {
        public ModelRule {
            split = List.copyOf(split);
            Set<String> upstreams = new HashSet<>(Set.of(upstream));
            double sum = 0;
            for (int i = 0; i < split.size(); i++) {
                sum += split.get(i).share();
                if (!upstreams.add(split.get(i).upstream())) {
                    throw new PolicyException("split[" + i + "].upstream", "is used twice: expected another upstream");
                }
            }
            if (sum >= 1) {
                throw new PolicyException(
                        "split", "the shares leave nothing for " + upstream + ": expected a sum below 1");
            }
            names = List.copyOf(names);
            if (names.isEmpty()) {
                throw new PolicyException("names", "expected at least one model, such as gpt-5 or claude-*");
            }
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                if (name.isEmpty() || !MODEL.matcher(name).matches()) {
                    throw new PolicyException(
                            "names[" + i + "]",
                            "\"" + name
                                    + "\" is not a model: expected a name such as gpt-5, or a prefix such as claude-*");
                }
            }
        }
    }

    /**
     * An upstream for a part of the accounts.
     *
     * @param upstream the upstream's name
     * @param share the share of the accounts, above 0 and below 1
     */
    public record Share(String upstream, double share) {
        public Share {
            if (!(share > 0 && share < 1)) {
                throw new PolicyException("share", "expected a share of the accounts such as 0.05, found " + share);
            }
        }
    }

    /** Rejects a model that two rules, or one rule twice, name. */
    static void checkModels(String key, List<ModelRule> rules) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            List<String> names = rules.get(i).names();
            for (int j = 0; j < names.size(); j++) {
                if (!seen.add(names.get(j))) {
                    throw new PolicyException(key + "[" + i + "].names[" + j + "]", "duplicate value " + names.get(j));
                }
            }
        }
    }

    /** Rejects a silence that is too short for the gateway's clock, or too long to be of use. */
    static void checkKeepAlive(String key, Duration silence) {
        boolean fits = silence.compareTo(SHORTEST_SILENCE) >= 0 && silence.compareTo(LONGEST_SILENCE) <= 0;
        if (!silence.isZero() && !fits) {
            throw new PolicyException(key, "expected 1s to 10m, or off");
        }
    }

    /** Rejects names of request fields that a route cannot take out. */
    static void checkDropped(String key, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).toLowerCase(Locale.ROOT);
            String at = key + "[" + i + "]";
            if (!FIELD.matcher(name).matches()) {
                throw new PolicyException(
                        at, "\"" + names.get(i) + "\" is not a field name: expected one such as x-team, without '_'");
            }
            if (!seen.add(name)) {
                throw new PolicyException(at, "duplicate value " + names.get(i));
            }
            String why = FRAMING.contains(name)
                    ? "belongs to the framing of the message"
                    : WRITTEN.contains(name)
                            ? "is written by the gateway"
                            : CREDENTIALS.contains(name) ? "holds a credential, see accounts.credential" : null;
            if (why != null) {
                throw new PolicyException(at, name + " cannot be dropped: it " + why);
            }
        }
    }
}
