package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Hiding;
import dev.stillgate.fingerprint.standing.ManualStanding;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Actions of an operator: pin and unpin accounts or clusters, hide clusters, erase accounts. */
public final class OperatorActions {
    private static final int MAX_MEMBERS = 100_000;

    private final Analyst analyst;
    private final long now;

    /**
     * Creates the actions. The analysis must not run meanwhile.
     *
     * @param now milliseconds since the epoch
     */
    public OperatorActions(Analyst analyst, long now) {
        this.analyst = analyst;
        this.now = now;
    }

    /** Returns the judgements that the operator can give. */
    public LabelActions labels() {
        return new LabelActions(analyst, now);
    }

    /** Pins an account, known or not, and returns its page. */
    public @Nullable Map<String, Object> pin(String account, Map<String, Object> arguments) {
        pin(account, ManualStanding.of(arguments, now, analyst.settings().expireAfter()));
        return page(account);
    }

    /** Pins all accounts of a cluster; returns the page of the cluster, null for an unknown id. */
    public @Nullable Map<String, Object> pinCluster(String id, Map<String, Object> arguments) {
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        ManualStanding pin =
                ManualStanding.of(arguments, now, analyst.settings().expireAfter());
        if (cluster.accounts.size() > MAX_MEMBERS) {
            throw new PolicyException("", "the cluster has over " + MAX_MEMBERS + " accounts");
        }
        List.copyOf(cluster.accounts).forEach(account -> pin(account, pin));
        cluster.noteOrder(now, "pinned to " + PageValues.name(pin.standing()), pin.by(), pin.why());
        return new ClusterReport(analyst, cluster, now).page();
    }

    private void pin(String account, ManualStanding pin) {
        analyst.ladder().pin(account, pin, now);
    }

    /** Removes the pin of an account; returns its page, null for an unknown account. */
    public @Nullable Map<String, Object> unpin(String account, Map<String, Object> arguments) {
        ManualStanding.removal(arguments);
        analyst.ladder().unpin(account, now);
        return page(account);
    }

    /** Removes the pins of all accounts of a cluster; returns the page of the cluster, null for an unknown id. */
    public @Nullable Map<String, Object> unpinCluster(String id, Map<String, Object> arguments) {
        ManualStanding.Removal removal = ManualStanding.removal(arguments);
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        cluster.accounts.forEach(account -> analyst.ladder().unpin(account, now));
        cluster.noteOrder(now, "unpinned", removal.by(), removal.why());
        return new ClusterReport(analyst, cluster, now).page();
    }

    /**
     * Hides a cluster from the review queue, and returns its page; null for an unknown id. Standings stay.
     *
     * @throws ConflictException if the members have changed since the revision that the order names
     */
    public @Nullable Map<String, Object> hideCluster(String id, Map<String, Object> arguments) {
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        Hiding hiding = Hiding.of(
                arguments, cluster.total, now, analyst.settings().review().expireAfter());
        LabelActions.requireCurrent(cluster, Hiding.revision(arguments));
        analyst.clusters().hide(cluster, hiding, now);
        cluster.noteOrder(now, "hidden from the review queue", hiding.by(), hiding.why());
        return new ClusterReport(analyst, cluster, now).page();
    }

    /** Shows a cluster in the review queue again, and returns its page; null for an unknown id. */
    public @Nullable Map<String, Object> unhideCluster(String id, Map<String, Object> arguments) {
        ManualStanding.Removal removal = ManualStanding.removal(arguments);
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        if (cluster.hiding() != null) {
            analyst.clusters().hide(cluster, null, now);
            cluster.noteOrder(now, "shown in the review queue again", removal.by(), removal.why());
        }
        return new ClusterReport(analyst, cluster, now).page();
    }

    /** Erases an account and its standing; returns the standing it had, null for an unknown account. */
    public @Nullable Map<String, Object> erase(String account, Map<String, Object> arguments) {
        ManualStanding.removal(arguments);
        Map<String, Object> known = page(account);
        if (known == null) {
            return null;
        }
        analyst.forget(account);
        Map<String, Object> erased = new LinkedHashMap<>();
        erased.put("erased", true);
        erased.put("standing", known.get("standing"));
        return erased;
    }

    private @Nullable Map<String, Object> page(String account) {
        return new AccountReport(analyst).of(account);
    }

    public Analyst analyst() {
        return analyst;
    }
}
