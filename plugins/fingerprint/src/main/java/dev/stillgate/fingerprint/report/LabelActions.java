package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.OrderArguments;
import dev.stillgate.fingerprint.standing.OrderKeys;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderDraft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Judgements of operators on accounts and clusters. The analysis must not run meanwhile. */
public final class LabelActions {
    /** Maximum number of accounts that a response lists. */
    private static final int MAX_LISTED = 100;

    private final Analyst analyst;
    private final Drafts drafts;
    private final Confirmation confirmation;
    private final long now;
    private final Duration lifetime;

    LabelActions(Analyst analyst, Drafts drafts) {
        this.analyst = analyst;
        this.drafts = drafts;
        this.confirmation = new Confirmation(analyst);
        this.now = analyst.orders().now();
        this.lifetime = analyst.settings().review().expireAfter();
    }

    /**
     * Labels the members of a cluster, and refutes the exceptions. Members of an earlier pool take the others into that
     * pool, so that one campaign has one budget however many clusters were found of it. Accounts of an organisation and
     * vouched accounts are never confirmed with others. Verified accounts are if the order says so, and those that only
     * share people with others if it names them.
     *
     * @return null for an unknown id
     * @throws ConflictException if the members have changed since the revision that the order names
     */
    public @Nullable Decision labelCluster(LabelKind kind, String id, Map<String, Object> arguments) {
        Cluster cluster = analyst.cluster(id);
        if (cluster == null) {
            return null;
        }
        OrderArguments given = OrderArguments.ofCluster(kind, arguments, now, lifetime);
        requireCurrent(cluster, given.revision());
        given.requireMembers(cluster);
        JoinTerms.requireJoiners(analyst, cluster, given);
        JoinTerms terms = kind == LabelKind.CONFIRMED ? JoinTerms.of(analyst, cluster, given) : JoinTerms.NONE;
        List<String> exempt = new ArrayList<>();
        List<String> members = new ArrayList<>();
        TreeSet<String> accounts = new TreeSet<>(cluster.accounts);
        accounts.addAll(given.joiners());
        for (String account : accounts) {
            if (!given.except().contains(account)) {
                boolean isSpared = kind == LabelKind.CONFIRMED
                        && confirmation.isSpared(cluster, account, given.verified(), given.include());
                (isSpared ? exempt : members).add(account);
            }
        }
        String pool = kind == LabelKind.CONFIRMED ? confirmation.pool(members) : null;
        String group = pool == null ? cluster.id : pool;
        OrderTarget target = OrderTarget.cluster(cluster);
        Map<String, Object> details = target.details();
        if (kind == LabelKind.CONFIRMED) {
            details.put("pool", group);
            details.put("verified", given.verified());
            terms.addTo(details);
        }
        boolean isRepeated = !drafts.mayLackOrders()
                && terms.isSame()
                && (!members.isEmpty() || !given.except().isEmpty())
                && members.stream().allMatch(account -> isLabelled(account, kind, group, given))
                && given.except().stream()
                        .allMatch(account -> isLabelled(account, LabelKind.REFUTED, cluster.id, given));
        OrderDraft draft = drafts.lasting(
                given,
                kind.action,
                OrderKeys.ofCluster(id),
                OrderKeys.JUDGEMENT,
                members,
                drafts.ofJudgement(),
                details);
        Map<String, Object> decided = new LinkedHashMap<>();
        replaced(kind, members, decided);
        decided.put("what", PageValues.name(kind));
        decided.put("by", given.by());
        decided.put("why", given.why());
        decided.put("at", PageValues.time(now));
        decided.put("until", PageValues.time(draft.end().of(now)));
        decided.put("labelled", members.size());
        decided.put("exempt", limited(exempt));
        decided.put("pooled", kind == LabelKind.CONFIRMED);
        decided.put("already", isRepeated);
        terms.show(decided);
        boolean isWritten = !isRepeated && !(members.isEmpty() && given.except().isEmpty()) && !drafts.isAwaited(draft);
        return new Decision(isWritten ? draft : null, receipt -> {
            Map<String, Object> page = Objects.requireNonNull(target.page(analyst));
            if (receipt != null) {
                decided.put("at", PageValues.time(receipt.order().time()));
                decided.put("until", PageValues.time(receipt.order().until()));
            }
            if (!page.containsKey("pending")) {
                page.put("decided", decided);
            }
            return page;
        });
    }

    /** Labels one account, known or not. */
    public Decision labelAccount(LabelKind kind, String account, Map<String, Object> arguments) {
        OrderArguments given = OrderArguments.ofAccount(arguments, now, lifetime);
        AccountStanding entry = analyst.ladder().find(account);
        Label present = analyst.ladder().label(account);
        Join join = analyst.ladder().join(account);
        String cluster = join != null ? join.cluster() : entry == null ? null : entry.cluster;
        String pool = kind != LabelKind.CONFIRMED ? null : join != null ? join.pool() : confirmation.poolOf(cluster);
        Map<String, Object> details = new HashMap<>();
        if (cluster != null) {
            details.put("cluster", cluster);
        }
        if (kind == LabelKind.CONFIRMED) {
            details.put("verified", true);
        }
        if (pool != null) {
            details.put("pool", pool);
        }
        boolean isRepeated =
                !drafts.mayLackOrders() && present != null && present.kind() == kind && Drafts.repeats(present, given);
        OrderDraft draft = drafts.lasting(
                given,
                kind.action,
                OrderKeys.ofAccount(account),
                OrderKeys.JUDGEMENT,
                List.of(account),
                drafts.ofJudgement(),
                details);
        Map<String, Object> replaced = new LinkedHashMap<>();
        replaced(kind, List.of(account), replaced);
        return new Decision(isRepeated || drafts.isAwaited(draft) ? null : draft, receipt -> {
            Map<String, Object> page = new AccountReport(analyst).of(account);
            page = page == null ? new LinkedHashMap<>() : page;
            if (!page.containsKey("pending")) {
                page.putAll(replaced);
                page.put("already", isRepeated);
            }
            return page;
        });
    }

    /** Removes the label of an account; the page is null for an unknown account. */
    public Decision unlabel(String account, Map<String, Object> arguments) {
        OrderArguments given = OrderArguments.removal(arguments);
        return unlabel(OrderTarget.account(account), given, label -> true, Map.of());
    }

    /**
     * Removes the labels of the members of a cluster and of those that were judged with them, except of vouched ones,
     * and ends the joins of its campaign; returns null for an unknown id.
     */
    public @Nullable Decision unlabelCluster(String id, Map<String, Object> arguments) {
        OrderArguments given = OrderArguments.removal(arguments);
        Cluster cluster = analyst.cluster(id);
        if (cluster == null) {
            return null;
        }
        Map<String, Order> joined = analyst.ladder().orders().joinRecords(cluster.id);
        return unlabel(OrderTarget.cluster(cluster), given, label -> label.kind() != LabelKind.VOUCHED, joined);
    }

    /** @param joined orders that wrote the joins that end too, by account */
    private Decision unlabel(
            OrderTarget target, OrderArguments given, Predicate<Label> isRemoved, Map<String, Order> joined) {
        TreeMap<String, Order> orders = new TreeMap<>();
        analyst.ladder().orders().labels().forEach((account, label) -> {
            if (isRemoved.test(label)) {
                orders.put(account, label.order());
            }
        });
        return drafts.withdrawal(given, "unlabel", OrderKeys.JUDGEMENT, target, orders, joined, drafts::withoutLabel);
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

    private boolean isLabelled(String account, LabelKind kind, String cluster, OrderArguments given) {
        Label label = analyst.ladder().label(account);
        return label != null
                && label.kind() == kind
                && cluster.equals(label.cluster())
                && label.despiteVerification() == (kind == LabelKind.CONFIRMED && given.verified())
                && Drafts.endsAlike(label.order(), given);
    }

    /** Names the first judgement of another kind that an order replaces. */
    private void replaced(LabelKind kind, Collection<String> accounts, Map<String, Object> decided) {
        for (String account : accounts) {
            Label before = analyst.ladder().label(account);
            if (before != null && before.kind() != kind) {
                Map<String, Object> replaced = OrderValues.shown(before);
                replaced.keySet().retainAll(Set.of("what", "by", "at"));
                decided.put("replaced", replaced);
                return;
            }
        }
    }
}
