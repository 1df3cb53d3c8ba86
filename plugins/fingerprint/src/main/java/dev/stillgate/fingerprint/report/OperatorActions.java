package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.OrderArguments;
import dev.stillgate.fingerprint.standing.OrderKeys;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderDraft;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Actions of an operator: pin and unpin accounts or clusters, hide clusters, erase accounts. */
public final class OperatorActions {
    /** Time for which an erasure counts as the one that was asked for. */
    private static final long JUST_ERASED = TimeUnit.MINUTES.toMillis(1);

    private final Analyst analyst;
    private final Drafts drafts;
    private final long now;

    /**
     * Creates the actions. The analysis must not run meanwhile.
     *
     * @param mayLackOrders whether other gateways may have orders that this one does not know
     */
    public OperatorActions(Analyst analyst, boolean mayLackOrders) {
        this.analyst = analyst;
        this.drafts = new Drafts(analyst, mayLackOrders);
        this.now = analyst.orders().now();
    }

    /** Returns the judgements that the operator can give. */
    public LabelActions labels() {
        return new LabelActions(analyst, drafts);
    }

    /** Pins an account, known or not. */
    public Decision pin(String account, Map<String, Object> arguments) {
        return pin(OrderTarget.account(account), arguments);
    }

    /** Pins all accounts of a cluster; returns null for an unknown id. */
    public @Nullable Decision pinCluster(String id, Map<String, Object> arguments) {
        Cluster cluster = analyst.cluster(id);
        return cluster == null ? null : pin(OrderTarget.cluster(cluster), arguments);
    }

    private Decision pin(OrderTarget target, Map<String, Object> arguments) {
        OrderArguments given =
                OrderArguments.pin(arguments, now, analyst.settings().expireAfter());
        Standing standing = Objects.requireNonNull(given.standing());
        Map<String, Object> details = target.details();
        details.put("standing", PageValues.name(standing));
        List<String> accounts = List.copyOf(target.accounts());
        int needs = drafts.of(accounts, account -> standing);
        OrderDraft draft =
                drafts.lasting(given, "standing", target.subject(), OrderKeys.STANDING, accounts, needs, details);
        boolean isRepeated = accounts.stream()
                .allMatch(account -> Drafts.repeats(analyst.ladder().pin(account), given));
        return decision(draft, isRepeated, target);
    }

    private Decision decision(OrderDraft draft, boolean isSame, OrderTarget target) {
        boolean isRepeated = isSame && !drafts.mayLackOrders();
        return new Decision(isRepeated || drafts.isAwaited(draft) ? null : draft, receipt -> {
            Map<String, Object> page = Objects.requireNonNullElseGet(target.page(analyst), LinkedHashMap::new);
            if (isRepeated) {
                page.put("already", true);
            }
            return page;
        });
    }

    /** Removes the pin of an account; the page is null for an unknown account. */
    public Decision unpin(String account, Map<String, Object> arguments) {
        return unpin(OrderTarget.account(account), OrderArguments.removal(arguments));
    }

    /** Removes the pins of a cluster's members and of those that were pinned with them; returns null for an unknown id. */
    public @Nullable Decision unpinCluster(String id, Map<String, Object> arguments) {
        OrderArguments given = OrderArguments.removal(arguments);
        Cluster cluster = analyst.cluster(id);
        return cluster == null ? null : unpin(OrderTarget.cluster(cluster), given);
    }

    private Decision unpin(OrderTarget target, OrderArguments given) {
        TreeMap<String, Order> orders = new TreeMap<>();
        analyst.ladder().orders().pins().forEach((account, pin) -> orders.put(account, pin.order()));
        return drafts.withdrawal(given, "unpin", OrderKeys.STANDING, target, orders, Map.of(), drafts::withoutPin);
    }

    /**
     * Hides a cluster from the review queue; returns null for an unknown id. Standings stay.
     *
     * @throws ConflictException if the members have changed since the revision that the order names
     */
    public @Nullable Decision hideCluster(String id, Map<String, Object> arguments) {
        Cluster cluster = analyst.cluster(id);
        if (cluster == null) {
            return null;
        }
        Duration lifetime = analyst.settings().review().expireAfter();
        OrderArguments given = OrderArguments.hiding(arguments, now, lifetime);
        LabelActions.requireCurrent(cluster, given.revision());
        Order present = hiding(cluster);
        OrderTarget target = OrderTarget.cluster(cluster);
        OrderDraft draft =
                drafts.lasting(given, "hide", target.subject(), OrderKeys.QUEUE, List.of(), 1, target.details());
        return decision(draft, present != null && Drafts.isSame(present, given), target);
    }

    /** Shows a cluster in the review queue again; returns null for an unknown id. */
    public @Nullable Decision unhideCluster(String id, Map<String, Object> arguments) {
        OrderArguments given = OrderArguments.removal(arguments);
        Cluster cluster = analyst.cluster(id);
        if (cluster == null) {
            return null;
        }
        OrderTarget target = OrderTarget.cluster(cluster);
        Order hiding = hiding(cluster);
        OrderDraft draft = hiding == null && !drafts.mayLackOrders()
                ? null
                : drafts.withdrawal(
                        given,
                        "unhide",
                        OrderKeys.QUEUE,
                        target,
                        List.of(),
                        hiding == null ? drafts.longestEnd() : hiding.until(),
                        1);
        return new Decision(draft, receipt -> target.page(analyst));
    }

    private @Nullable Order hiding(Cluster cluster) {
        return analyst.ladder().orders().hiding(cluster, analyst.settings());
    }

    /**
     * Erases what is kept of an account, and returns the standing it had; the page is null for an unknown account. The
     * gateway has given the order that erases it, if enough operators have asked for it.
     */
    public Decision erase(String account, Map<String, Object> arguments) {
        OrderArguments.removal(arguments);
        Map<String, Object> known = OrderTarget.account(account).page(analyst);
        boolean isErased = analyst.orders().erasedAt(account) > now - JUST_ERASED;
        return new Decision(null, receipt -> {
            if (known == null && !isErased) {
                return null;
            }
            analyst.forget(account);
            Map<String, Object> erased = new LinkedHashMap<>();
            erased.put("erased", true);
            if (known != null) {
                erased.put("standing", known.get("standing"));
            }
            return erased;
        });
    }

    public Analyst analyst() {
        return analyst;
    }
}
