package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.ManualStanding;
import dev.stillgate.spi.PolicyException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an operator can do: put accounts on a rung by hand, take that back, and have an account forgotten. */
public final class OperatorActions {
    private static final int MOST_MEMBERS = 100_000;

    private final Analyst analyst;
    private final long now;

    /**
     * An operator at work, which the analysis is not meanwhile.
     *
     * @param now milliseconds of the epoch
     */
    public OperatorActions(Analyst analyst, long now) {
        this.analyst = analyst;
        this.now = now;
    }

    /** Puts an account on a rung, whether it is known or not; returns its page. */
    public @Nullable Map<String, Object> pin(String account, Map<String, Object> arguments) {
        pin(account, ManualStanding.of(arguments, now, analyst.settings().expireAfter()));
        return page(account);
    }

    /** Puts all accounts of a cluster on a rung; returns its page, null when there is no such cluster. */
    public @Nullable Map<String, Object> pinCluster(String id, Map<String, Object> arguments) {
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        ManualStanding pin =
                ManualStanding.of(arguments, now, analyst.settings().expireAfter());
        if (cluster.accounts.size() > MOST_MEMBERS) {
            throw new PolicyException("", "the cluster has over " + MOST_MEMBERS + " accounts");
        }
        List.copyOf(cluster.accounts).forEach(account -> pin(account, pin));
        cluster.note(now, "pinned to " + Reports.name(pin.standing()) + " by hand");
        return new ClusterReport(analyst, cluster).page();
    }

    private void pin(String account, ManualStanding pin) {
        analyst.ladder().pin(account, pin.standing(), pin.until(), pin.why(), analyst.quota(account), now);
    }

    /** Takes the word on an account back; returns its page, null when nothing is known of it. */
    public @Nullable Map<String, Object> unpin(String account, Map<String, Object> arguments) {
        ManualStanding.none(arguments);
        analyst.ladder().unpin(account, now);
        return page(account);
    }

    /** Takes the word on all accounts of a cluster back; returns its page, null when there is no such cluster. */
    public @Nullable Map<String, Object> unpinCluster(String id, Map<String, Object> arguments) {
        ManualStanding.none(arguments);
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        cluster.accounts.forEach(account -> analyst.ladder().unpin(account, now));
        cluster.note(now, "unpinned by hand");
        return new ClusterReport(analyst, cluster).page();
    }

    /** Has an account forgotten, its standing too; returns what was, null when nothing was known. */
    public @Nullable Map<String, Object> erase(String account, Map<String, Object> arguments) {
        ManualStanding.none(arguments);
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
