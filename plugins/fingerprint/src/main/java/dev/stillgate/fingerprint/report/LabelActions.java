package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.LabelOrder;
import dev.stillgate.fingerprint.standing.ManualStanding;
import dev.stillgate.spi.ConflictException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Judgements of operators on accounts and clusters. The analysis must not run meanwhile. */
public final class LabelActions {
    /** Maximum number of accounts that a response lists. */
    private static final int MAX_LISTED = 100;

    private final Analyst analyst;
    private final long now;
    private final Duration lifetime;

    /** @param now milliseconds since the epoch */
    public LabelActions(Analyst analyst, long now) {
        this.analyst = analyst;
        this.now = now;
        this.lifetime = analyst.settings().review().expireAfter();
    }

    /**
     * Labels the members of a cluster, and refutes the exceptions. Members of an earlier pool take the others into that
     * pool, so that one campaign has one budget however many clusters were found of it. Accounts of an organisation and
     * vouched accounts are never confirmed with others, verified accounts only if the order says so.
     *
     * @return the cluster's page, null for an unknown id
     * @throws ConflictException if the members have changed since the revision that the order names
     */
    public @Nullable Map<String, Object> labelCluster(LabelKind kind, String id, Map<String, Object> arguments) {
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        LabelOrder order = LabelOrder.ofCluster(kind, arguments, now, lifetime);
        requireCurrent(cluster, order.revision());
        order.requireExceptions(cluster);
        List<String> exempt = new ArrayList<>();
        List<String> members = new ArrayList<>();
        for (String account : cluster.accounts) {
            if (!order.except().contains(account)) {
                (kind == LabelKind.CONFIRMED && isSpared(account, order.verified()) ? exempt : members).add(account);
            }
        }
        String pool = kind == LabelKind.CONFIRMED ? pool(members) : null;
        boolean pools = kind == LabelKind.CONFIRMED && pools(members, pool);
        String group = pool == null ? cluster.id : pool;
        boolean isRepeated = !members.isEmpty()
                && members.stream().allMatch(account -> isLabelled(account, kind, group, pools))
                && order.except().stream()
                        .allMatch(account -> isLabelled(account, LabelKind.REFUTED, cluster.id, false));
        Map<String, Object> decided = new LinkedHashMap<>();
        if (!isRepeated) {
            if (!approved(cluster.id, order)) {
                return page(cluster);
            }
            members.forEach(account -> label(account, order.label(now, group, pools, isVerified(account)), decided));
            order.except().forEach(account -> label(account, order.exception(now, cluster.id), decided));
            cluster.noteOrder(now, PageValues.name(kind), order.by(), order.why());
            if (cluster.hiding() != null) {
                analyst.clusters().hide(cluster, null, now); // accounts that join later wait for a judgement again
            }
        }
        decided.put("what", PageValues.name(kind));
        decided.put("by", order.by());
        decided.put("why", order.why());
        decided.put("at", PageValues.time(now));
        decided.put("until", PageValues.time(order.until()));
        decided.put("labelled", members.size());
        decided.put("exempt", exempt.subList(0, Math.min(MAX_LISTED, exempt.size())));
        decided.put("pooled", pools);
        decided.put("already", isRepeated);
        Map<String, Object> page = page(cluster);
        page.put("decided", decided);
        return page;
    }

    /** Labels one account, known or not, and returns its page. */
    public @Nullable Map<String, Object> labelAccount(LabelKind kind, String account, Map<String, Object> arguments) {
        LabelOrder order = LabelOrder.ofAccount(kind, arguments, now, lifetime);
        AccountStanding entry = analyst.ladder().find(account);
        Label present = entry == null ? null : entry.label;
        String cluster = entry == null ? null : entry.cluster;
        Cluster known = cluster == null ? null : analyst.clusters().find(cluster);
        String pool = kind == LabelKind.CONFIRMED && known != null ? pool(known.accounts) : null;
        Map<String, Object> decided = new LinkedHashMap<>();
        boolean isRepeated =
                present != null && present.kind() == kind && present.by().equals(order.by());
        if (!isRepeated && approved(accountSubject(account), order)) {
            label(account, order.label(now, pool == null ? cluster : pool, pool != null, isVerified(account)), decided);
        }
        Map<String, Object> page = new AccountReport(analyst).of(account);
        if (page != null && decided.containsKey("replaced")) {
            page.put("replaced", Objects.requireNonNull(decided.get("replaced")));
        }
        Object pending = ReviewQueue.pending(analyst, accountSubject(account), now);
        if (pending == null) {
            return page;
        }
        Map<String, Object> waiting = page == null ? new LinkedHashMap<>() : page;
        waiting.put("pending", pending);
        return waiting;
    }

    /** Removes the label of an account; returns its page, null for an unknown account. */
    public @Nullable Map<String, Object> unlabel(String account, Map<String, Object> arguments) {
        ManualStanding.removal(arguments);
        if (analyst.ladder().find(account) != null) {
            analyst.ladder().label(account, null, now);
        }
        return new AccountReport(analyst).of(account);
    }

    /**
     * Removes the labels of the members of a cluster, except of vouched ones; returns its page, null for an unknown id.
     */
    public @Nullable Map<String, Object> unlabelCluster(String id, Map<String, Object> arguments) {
        ManualStanding.Removal removal = ManualStanding.removal(arguments);
        Cluster cluster = analyst.clusters().find(id);
        if (cluster == null) {
            return null;
        }
        for (String account : List.copyOf(cluster.accounts)) {
            AccountStanding entry = analyst.ladder().find(account);
            if (entry != null && entry.label != null && entry.label.kind() != LabelKind.VOUCHED) {
                analyst.ladder().label(account, null, now);
            }
        }
        cluster.noteOrder(now, "judgements taken back", removal.by(), removal.why());
        return page(cluster);
    }

    /**
     * Checks that a cluster's members are those that an operator has seen.
     *
     * @throws ConflictException with the changes since
     */
    static void requireCurrent(Cluster cluster, int revision) {
        if (revision == cluster.revision()) {
            return;
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("revision", cluster.revision());
        details.put("added", limited(cluster.addedSince(revision)));
        details.put("removed", limited(cluster.removedSince(revision)));
        throw new ConflictException(
                "the cluster has changed since revision " + revision + ": read its page again", details);
    }

    private static List<String> limited(List<String> accounts) {
        return accounts.subList(0, Math.min(MAX_LISTED, accounts.size()));
    }

    /** Returns whether an account is verified, of an organisation or vouched for, so that it is spared by default. */
    static boolean isExempt(Analyst analyst, String account) {
        return isKnown(analyst, account) || isVerified(analyst, account);
    }

    /** Returns whether a confirmation of the cluster leaves an account out. */
    boolean isSpared(String account, boolean verified) {
        return isKnown(analyst, account) || (!verified && isVerified(account));
    }

    /** Returns whether confirmed accounts share limits: those of an earlier pool do, and any that are enough. */
    boolean pools(Collection<String> members, @Nullable String pool) {
        return pool != null || members.size() >= analyst.settings().review().poolLeast();
    }

    private boolean isVerified(String account) {
        return isVerified(analyst, account);
    }

    private static boolean isVerified(Analyst analyst, String account) {
        int index = analyst.table().index().find(account);
        return index != AccountIndex.NONE && analyst.table().verified(index);
    }

    /** Returns whether an account is of an organisation or vouched for. */
    private static boolean isKnown(Analyst analyst, String account) {
        int index = analyst.table().index().find(account);
        AccountStanding entry = analyst.ladder().find(account);
        Label label = entry == null ? null : entry.label;
        return (label != null && label.kind() == LabelKind.VOUCHED)
                || (index != AccountIndex.NONE && analyst.table().organisation(index) != null);
    }

    private boolean isLabelled(String account, LabelKind kind, String cluster, boolean pools) {
        AccountStanding entry = analyst.ladder().find(account);
        Label label = entry == null ? null : entry.label;
        return label != null && label.kind() == kind && cluster.equals(label.cluster()) && label.pools() == pools;
    }

    /** Returns the pool that most of the accounts are in; null if none is in one. */
    @Nullable
    String pool(Collection<String> accounts) {
        Map<String, Integer> pools = new TreeMap<>();
        for (String account : accounts) {
            AccountStanding entry = analyst.ladder().find(account);
            Label label = entry == null ? null : entry.label;
            if (label != null && label.pools() && label.cluster() != null) {
                pools.merge(label.cluster(), 1, Integer::sum);
            }
        }
        return pools.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private boolean approved(String subject, LabelOrder order) {
        return analyst.approvals()
                .approve(subject, order, analyst.settings().review().approvals(), now);
    }

    private void label(String account, Label label, Map<String, Object> decided) {
        Label replaced = analyst.ladder().label(account, label, now);
        if (replaced != null && replaced.kind() != label.kind()) {
            decided.putIfAbsent(
                    "replaced",
                    Map.of(
                            "what",
                            PageValues.name(replaced.kind()),
                            "by",
                            replaced.by(),
                            "at",
                            PageValues.time(replaced.at())));
        }
    }

    private Map<String, Object> page(Cluster cluster) {
        return new ClusterReport(analyst, cluster, now).page();
    }

    /** Returns the subject of an account's pending order; clusters have their id as subject. */
    static String accountSubject(String account) {
        return "account " + account;
    }
}
