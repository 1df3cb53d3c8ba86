package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.JoinOutlook;
import dev.stillgate.fingerprint.standing.Joins;
import dev.stillgate.fingerprint.standing.OrderArguments;
import dev.stillgate.fingerprint.standing.StandingOrder;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Terms of a confirmation for accounts that join its cluster later. The analysis must not run meanwhile.
 *
 * @param present the standing order on the cluster before, null for none
 */
record JoinTerms(
        @Nullable Joins joins, double promise, @Nullable StandingOrder present) {
    /**
     * Returns the terms of a confirmation.
     *
     * @throws ConflictException if accounts shall join a pool and the bound on wrong joins is above the promise
     */
    static JoinTerms of(Analyst analyst, Cluster cluster, OrderArguments given) {
        double promise = Objects.requireNonNullElse(given.promise(), StandingOrder.DEFAULT_PROMISE);
        if (given.joins() == Joins.POOL) {
            requirePromise(analyst.joins().of(cluster).bounds(), promise);
        }
        return new JoinTerms(given.joins(), promise, analyst.ladder().orders().standingOrder(cluster.id));
    }

    /** Terms of all other orders. */
    static final JoinTerms NONE = new JoinTerms(null, 0, null);

    static void requirePromise(List<JoinOutlook.Bound> bounds, double promise) {
        if (bounds.isEmpty()) {
            throw new ConflictException(
                    "no known customers to compare newcomers with: take \"joins\": \"queue\"", Map.of());
        }
        JoinOutlook.Bound bound = bounds.getFirst();
        if (bound.share() > promise) {
            throw new ConflictException(
                    String.format(
                            Locale.ROOT,
                            "up to %.2g of honest newcomers would join, %.2g are promised: write \"promise\": %.2g, or"
                                    + " take \"joins\": \"queue\"",
                            bound.share(),
                            promise,
                            roundedUp(bound.share())),
                    JoinReport.shown(bound));
        }
    }

    /** Returns the least number with two digits that is not below a share. */
    static double roundedUp(double share) {
        double digit = Math.pow(10, Math.floor(Math.log10(share)) - 1);
        return Math.min(1, Math.ceil(share / digit) * digit);
    }

    void addTo(Map<String, Object> details) {
        if (joins != null) {
            StandingOrder.put(details, joins, promise);
        }
    }

    /** Returns whether the terms are those of the present order. */
    boolean isSame() {
        return joins == null
                ? present == null
                : present != null && present.joins() == joins && present.promise() == promise && !present.isSuspended();
    }

    /** Shows the terms, and the standing order that the confirmation replaces. */
    void show(Map<String, Object> decided) {
        if (joins != null) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("effect", joins.apiName());
            shown.put("promise", promise);
            decided.put("joins", shown);
        }
        if (present != null) {
            decided.put("replacesStandingOrder", present.id());
        }
    }

    /**
     * Checks that accounts joined the campaign of a cluster.
     *
     * @throws PolicyException naming an account that did not
     */
    static void requireJoiners(Analyst analyst, Cluster cluster, OrderArguments given) {
        for (String account : given.joiners()) {
            Join join = analyst.ladder().join(account);
            if (join == null || !join.cluster().equals(cluster.id)) {
                throw new PolicyException(
                        "joiners", "expected accounts that joined " + cluster.id + ", found " + account);
            }
        }
    }
}
