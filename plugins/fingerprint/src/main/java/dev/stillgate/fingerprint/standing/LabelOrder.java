package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.PolicyException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Operator's order to label an account or a cluster.
 *
 * @param by name of the operator
 * @param why reason
 * @param until milliseconds since the epoch
 * @param revision revision of the cluster that the operator has seen; -1 for an account
 * @param except members of the cluster that are left out
 * @param verified whether verified accounts are confirmed too; always for a single account
 */
public record LabelOrder(
        LabelKind kind, String by, String why, long until, int revision, Set<String> except, boolean verified) {
    private static final int MAX_EXCEPT = 10_000;
    private static final Set<String> OF_ACCOUNT = Set.of("by", "why", "for", "until");
    private static final Set<String> OF_CLUSTER = Set.of("by", "why", "for", "until", "revision", "except");
    private static final Set<String> OF_CONFIRMATION =
            Set.of("by", "why", "for", "until", "revision", "except", "verified");

    /**
     * Reads {@code by}, {@code why}, and {@code for} or {@code until}.
     *
     * @param now milliseconds since the epoch
     * @param defaultDuration duration if neither {@code for} nor {@code until} is given
     * @throws PolicyException if an argument is missing, unknown or invalid
     */
    public static LabelOrder ofAccount(
            LabelKind kind, Map<String, Object> arguments, long now, Duration defaultDuration) {
        OrderFields.requireKnown(arguments, OF_ACCOUNT);
        return new LabelOrder(
                kind,
                OrderFields.text(arguments, "by", OrderFields.MAX_BY),
                OrderFields.text(arguments, "why", OrderFields.MAX_WHY),
                OrderTime.until(arguments, now, defaultDuration),
                -1,
                Set.of(),
                true);
    }

    /**
     * Reads the arguments of {@link #ofAccount}, {@code revision}, and {@code except}, a list of accounts. A
     * confirmation may have {@code verified}: true for verified members too.
     *
     * @throws PolicyException if an argument is missing, unknown or invalid
     */
    public static LabelOrder ofCluster(
            LabelKind kind, Map<String, Object> arguments, long now, Duration defaultDuration) {
        OrderFields.requireKnown(arguments, kind == LabelKind.CONFIRMED ? OF_CONFIRMATION : OF_CLUSTER);
        return new LabelOrder(
                kind,
                OrderFields.text(arguments, "by", OrderFields.MAX_BY),
                OrderFields.text(arguments, "why", OrderFields.MAX_WHY),
                OrderTime.until(arguments, now, defaultDuration),
                OrderFields.revision(arguments),
                except(arguments.get("except")),
                flag(arguments, "verified"));
    }

    /**
     * Checks that all exceptions are members of a cluster, since a misspelt exception would label the account that it
     * was meant for.
     *
     * @throws PolicyException naming an exception that is not a member
     */
    public void requireExceptions(Cluster cluster) {
        for (String account : except) {
            if (!cluster.accounts.contains(account)) {
                throw new PolicyException(
                        "except", "expected members of " + cluster.id + ", found " + OrderTime.shown(account));
            }
        }
    }

    /**
     * Returns the label that the order gives to an account.
     *
     * @param isVerified whether the account is verified
     */
    public Label label(long now, @Nullable String cluster, boolean pools, boolean isVerified) {
        boolean despite = kind == LabelKind.CONFIRMED && verified && isVerified;
        return new Label(kind, by, why, now, until, cluster, pools, despite);
    }

    /** Returns the label of an account that the order leaves out. */
    public Label exception(long now, String cluster) {
        return new Label(LabelKind.REFUTED, by, why, now, until, cluster, false, false);
    }

    /** Returns whether another order asks for the same, by any operator and until any time. */
    boolean agreesWith(LabelOrder other) {
        return kind == other.kind
                && revision == other.revision
                && except.equals(other.except)
                && verified == other.verified;
    }

    private static boolean flag(Map<String, Object> arguments, String key) {
        Object given = arguments.getOrDefault(key, false);
        if (given instanceof Boolean flag) {
            return flag;
        }
        throw new PolicyException(key, "expected true or false, found " + OrderTime.shown(given));
    }

    private static Set<String> except(@Nullable Object given) {
        if (given == null) {
            return Set.of();
        }
        if (!(given instanceof Collection<?> items) || items.size() > MAX_EXCEPT) {
            throw new PolicyException("except", "expected a list of at most " + MAX_EXCEPT + " accounts");
        }
        TreeSet<String> except = new TreeSet<>();
        for (Object item : List.copyOf(items)) {
            if (!(item instanceof String account)) {
                throw new PolicyException("except", "expected account ids, found " + OrderTime.shown(item));
            }
            except.add(account);
        }
        return except;
    }
}
