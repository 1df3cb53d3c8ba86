package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import org.jspecify.annotations.Nullable;

/**
 * Judgement of an operator on accounts.
 *
 * @param cluster pool of a confirmed account, else the cluster whose evidence was judged; null for none
 * @param despiteVerification whether the account is confirmed although it is verified, or will be
 * @param order the order that judges
 */
public record Label(LabelKind kind, @Nullable String cluster, boolean despiteVerification, Order order) {
    static final String CLUSTER = "cluster";
    static final String POOL = "pool";
    static final String VERIFIED = "verified";

    /**
     * Returns the label that an order gives, null for an action that this version does not know.
     *
     * @param isException whether the account is an exception of the order, which is refuted
     */
    static @Nullable Label of(Order order, boolean isException) {
        LabelKind kind = LabelKind.ofAction(order.action());
        String cluster = text(order, CLUSTER);
        if (kind == null) {
            return null;
        }
        if (isException || kind != LabelKind.CONFIRMED) {
            return new Label(isException ? LabelKind.REFUTED : kind, cluster, false, order);
        }
        String pool = text(order, POOL);
        return new Label(kind, pool == null ? cluster : pool, is(order, VERIFIED), order);
    }

    static @Nullable String text(Order order, String key) {
        return order.details().get(key) instanceof String text ? text : null;
    }

    private static boolean is(Order order, String key) {
        return Boolean.TRUE.equals(order.details().get(key));
    }

    /**
     * Returns the standing of the labelled account.
     *
     * @param earned standing by evidence
     * @param from cluster of that evidence, null for none
     */
    Standing applyTo(Standing earned, @Nullable String from) {
        return kind.applyTo(earned, from == null || from.equals(cluster));
    }

    /** Returns the pool of a confirmed account; null for another judgement, and for an account with a pool of its own. */
    public @Nullable String pool() {
        return kind == LabelKind.CONFIRMED ? cluster : null;
    }

    /** Returns whether the label was given for a cluster. */
    public boolean isFor(Cluster other) {
        return other.id.equals(cluster);
    }
}
