package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of an operator's order.
 *
 * @param by name of the operator, null if the order has none
 * @param why reason, null for none
 * @param end end of the order; null for one that takes others back
 * @param standing standing to set, null for other orders
 * @param revision revision of the cluster that the operator has seen; -1 if the order needs none
 * @param except members of the cluster that are left out
 * @param verified whether verified members of a cluster are confirmed too
 * @param joins what happens to accounts that join the confirmed campaign later, null for nothing
 * @param promise greatest share of honest newcomers that may join a pool wrongly, null for the policy's
 * @param joiners accounts that joined and are confirmed with the cluster
 * @param include members that are confirmed although they only share people with others
 */
public record OrderArguments(
        @Nullable String by,
        @Nullable String why,
        OrderTime.@Nullable End end,
        @Nullable Standing standing,
        int revision,
        Set<String> except,
        boolean verified,
        @Nullable Joins joins,
        @Nullable Double promise,
        Set<String> joiners,
        Set<String> include) {
    /** Longest time that an order lasts. */
    public static final Duration LONGEST = OrderTime.MAX_DURATION;

    private static final int MAX_EXCEPT = 10_000;
    private static final int MAX_BY = 100;
    private static final int MAX_WHY = 500;
    private static final String RUNGS =
            Arrays.stream(Standing.values()).map(Pin::name).collect(Collectors.joining(", "));

    /**
     * Reads {@code standing}, {@code for} or {@code until}, {@code by} and {@code why}.
     *
     * @param now milliseconds since the epoch
     * @param defaultDuration duration if neither {@code for} nor {@code until} is given
     * @throws PolicyException if an argument is unknown or invalid
     */
    public static OrderArguments pin(Map<String, Object> arguments, long now, Duration defaultDuration) {
        return read(arguments, now, defaultDuration, false, Set.of("by", "why", "for", "until", "standing"));
    }

    /**
     * Reads the arguments of an order that takes others back: {@code by} and {@code why}.
     *
     * @throws PolicyException if an argument is unknown or invalid
     */
    public static OrderArguments removal(Map<String, Object> arguments) {
        return read(arguments, 0, Duration.ZERO, false, Set.of("by", "why"));
    }

    /**
     * Reads the arguments of a judgement of an account: {@code by}, {@code why}, and {@code for} or {@code until}.
     *
     * @throws PolicyException if an argument is missing, unknown or invalid
     */
    public static OrderArguments ofAccount(Map<String, Object> arguments, long now, Duration defaultDuration) {
        return read(arguments, now, defaultDuration, true, Set.of("by", "why", "for", "until"));
    }

    /**
     * Reads the arguments of {@link #ofAccount}, {@code revision}, and {@code except}, a list of accounts. A
     * confirmation may have {@code verified}: true for verified members too, {@code joins}, {@code promise}, and
     * {@code joiners} and {@code include}, lists of accounts.
     *
     * @throws PolicyException if an argument is missing, unknown or invalid
     */
    public static OrderArguments ofCluster(
            LabelKind kind, Map<String, Object> arguments, long now, Duration defaultDuration) {
        Set<String> known = new HashSet<>(Set.of("by", "why", "for", "until", "revision", "except"));
        if (kind == LabelKind.CONFIRMED) {
            known.addAll(Set.of("verified", "joins", "promise", "joiners", "include"));
        }
        return read(arguments, now, defaultDuration, true, known);
    }

    /**
     * Reads the arguments of {@link #ofAccount} and {@code revision}.
     *
     * @throws PolicyException if an argument is missing, unknown or invalid
     */
    public static OrderArguments hiding(Map<String, Object> arguments, long now, Duration defaultDuration) {
        return read(arguments, now, defaultDuration, true, Set.of("by", "why", "for", "until", "revision"));
    }

    /** @param isNamed whether {@code by} and {@code why} are required */
    private static OrderArguments read(
            Map<String, Object> arguments, long now, Duration defaultDuration, boolean isNamed, Set<String> known) {
        requireKnown(arguments, known);
        return new OrderArguments(
                isNamed ? text(arguments, "by", MAX_BY) : optional(arguments, "by", MAX_BY),
                isNamed ? text(arguments, "why", MAX_WHY) : optional(arguments, "why", MAX_WHY),
                known.contains("for") ? OrderTime.end(arguments, now, defaultDuration) : null,
                known.contains("standing") ? standing(arguments.get("standing")) : null,
                known.contains("revision") ? revision(arguments) : -1,
                accounts(arguments, "except"),
                flag(arguments, "verified"),
                joins(arguments.get("joins")),
                promise(arguments.get("promise")),
                accounts(arguments, "joiners"),
                accounts(arguments, "include"));
    }

    /**
     * Checks that all exceptions and inclusions are members of a cluster, since a misspelt exception would label the account
     * that it was meant for.
     *
     * @throws PolicyException naming an account that is not a member
     */
    public void requireMembers(Cluster cluster) {
        requireMembers(cluster, "except", except);
        requireMembers(cluster, "include", include);
    }

    private static void requireMembers(Cluster cluster, String key, Set<String> accounts) {
        for (String account : accounts) {
            if (!cluster.accounts.contains(account)) {
                throw new PolicyException(
                        key, "expected members of " + cluster.id + ", found " + OrderTime.shown(account));
            }
        }
    }

    private static Standing standing(@Nullable Object given) {
        for (Standing standing : Standing.values()) {
            if (Pin.name(standing).equals(given)) {
                return standing;
            }
        }
        if ("tightened".equals(given)) {
            throw new PolicyException("standing", "the standing tightened was removed: expected one of " + RUNGS);
        }
        throw new PolicyException("standing", "expected one of " + RUNGS + ", found " + OrderTime.shown(given));
    }

    private static boolean flag(Map<String, Object> arguments, String key) {
        Object given = arguments.getOrDefault(key, false);
        if (given instanceof Boolean flag) {
            return flag;
        }
        throw new PolicyException(key, "expected true or false, found " + OrderTime.shown(given));
    }

    /** @param given name of the effect; true for the review queue, and false for none */
    private static @Nullable Joins joins(@Nullable Object given) {
        if (given == null || given.equals(false)) {
            return null;
        }
        Joins joins = given.equals(true) ? Joins.QUEUE : Joins.of(given);
        if (joins == null) {
            throw new PolicyException("joins", "expected pool, mark or queue, found " + OrderTime.shown(given));
        }
        return joins;
    }

    private static @Nullable Double promise(@Nullable Object given) {
        if (given == null) {
            return null;
        }
        if (given instanceof Number share && share.doubleValue() > 0 && share.doubleValue() <= 1) {
            return share.doubleValue();
        }
        throw new PolicyException("promise", "expected a share above 0, at most 1, found " + OrderTime.shown(given));
    }

    private static Set<String> accounts(Map<String, Object> arguments, String key) {
        Object given = arguments.get(key);
        if (given == null) {
            return Set.of();
        }
        if (!(given instanceof Collection<?> items) || items.size() > MAX_EXCEPT) {
            throw new PolicyException(key, "expected a list of at most " + MAX_EXCEPT + " accounts");
        }
        TreeSet<String> accounts = new TreeSet<>();
        for (Object item : items) {
            if (!(item instanceof String account)) {
                throw new PolicyException(key, "expected account ids, found " + OrderTime.shown(item));
            }
            accounts.add(account);
        }
        return accounts;
    }

    /**
     * Checks that all fields are known.
     *
     * @throws PolicyException naming one that is not
     */
    private static void requireKnown(Map<String, Object> arguments, Set<String> known) {
        for (String key : arguments.keySet()) {
            if (!known.contains(key)) {
                throw new PolicyException(
                        key, "unknown key: expected one of " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /**
     * Returns a text without blanks at its ends.
     *
     * @throws PolicyException if the field is missing, blank or too long
     */
    private static String text(Map<String, Object> arguments, String key, int most) {
        if (arguments.get(key) instanceof String text && !text.isBlank() && text.length() <= most) {
            return text.strip();
        }
        throw new PolicyException(key, "expected a text of 1 to " + most + " characters");
    }

    /**
     * Returns a text, null if the field is missing or null.
     *
     * @throws PolicyException if the field is too long, or another type
     */
    private static @Nullable String optional(Map<String, Object> arguments, String key, int most) {
        Object given = arguments.get(key);
        if (given == null || (given instanceof String text && text.length() <= most)) {
            return (String) given;
        }
        throw new PolicyException(key, "expected a text of at most " + most + " characters");
    }

    /**
     * Returns the revision of a cluster.
     *
     * @throws PolicyException if the field is missing or no number of a revision
     */
    private static int revision(Map<String, Object> arguments) {
        Object given = arguments.get("revision");
        if (given instanceof Number number
                && number.doubleValue() == Math.rint(number.doubleValue())
                && number.doubleValue() >= 0
                && number.doubleValue() <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw new PolicyException(
                "revision", "expected the revision of the cluster's page, found " + OrderTime.shown(given));
    }
}
