package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.join.JoinAccount;
import dev.stillgate.fingerprint.join.JoinCampaign;
import dev.stillgate.fingerprint.join.JoinModel;
import dev.stillgate.fingerprint.join.JoinScore;
import dev.stillgate.fingerprint.join.PathMaxima;
import dev.stillgate.fingerprint.join.TraitWeight;
import dev.stillgate.fingerprint.link.FactTable;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.JoinOutlook;
import dev.stillgate.fingerprint.standing.JoinsOfOrder;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.standing.StandingOrder;
import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.spi.orders.OrderDraft;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Watch for accounts that join confirmed campaigns. Each conversation start of a newcomer is compared with every campaign;
 * under a standing order the newcomer joins. The campaigns are fitted again each hour, and within a minute after orders or
 * judgements change. Not thread-safe.
 */
public final class JoinWatch implements JoinOutlook {
    private static final long INTERVAL = 3_600_000L;
    private static final long CHANGE_INTERVAL = 60_000L;

    /** Number of traits that a join names. */
    private static final int TOP_TRAITS = 5;

    /** Largest number of references that are shown to operators because they resemble a campaign. */
    private static final int MOST_RESEMBLING = 100;

    private final AccountTable table;
    private final Ladder ladder;
    private final LongSupplier clock;
    private final JoinAccounts accounts;
    private Map<String, JoinCampaign> campaigns = Map.of();
    private List<Resembling> resembling = List.of();
    private final Map<String, Found> pending = new LinkedHashMap<>();
    private int fittedFor;
    private long lastFit;
    private long lastCheck;

    /**
     * A newcomer that joins under a standing order.
     *
     * @param earlier its join in excess of the rate, null for none
     */
    public record Found(
            StandingOrder order, String account, Join.Scores scores, JoinsOfOrder.@Nullable Joined earlier) {}

    /**
     * Known customer that resembles a confirmed campaign.
     *
     * @param cluster the campaign's cluster
     * @param stops whether it alone keeps three quarters of the campaign's accounts from joining
     */
    public record Resembling(String account, String cluster, JoinScore score, boolean stops) {}

    /**
     * Evidence about an account and a campaign.
     *
     * @param cluster the campaign's cluster
     * @param starts number of the account's conversation starts that count
     * @param joinedAt number of the start at which it exceeds all references, 0 for none
     * @param isNewcomer whether the account was first seen after the campaign
     * @param most greatest evidence of the known customers in the account's stratum
     * @param traits evidence of each trait, the strongest first
     */
    public record Evidence(
            String cluster,
            int starts,
            int joinedAt,
            boolean isNewcomer,
            JoinScore score,
            PathMaxima most,
            List<TraitWeight> traits) {}

    /** @param clock time by which orders end, in milliseconds since the epoch */
    JoinWatch(AccountTable table, FactTable facts, Ladder ladder, LongSupplier clock) {
        this.table = table;
        this.ladder = ladder;
        this.clock = clock;
        accounts = new JoinAccounts(table, facts, ladder);
    }

    void drawBy(FeatureHasher hasher) {
        accounts.drawBy(hasher);
    }

    /**
     * Records a conversation start. A newcomer that now exceeds all references joins. One whose join exceeded the rate
     * joins with the same scores a day later, if the rate allows.
     */
    void begin(int account, Observation seen, PromptFeatures prompt) {
        boolean isFirst = accounts.begin(account, seen, prompt);
        String id = seen.account;
        if (campaigns.isEmpty() || pending.containsKey(id)) {
            return;
        }
        Join earlier = ladder.orders().joins().get(id);
        if ((!isFirst && earlier == null) || ladder.label(id) != null || accounts.isKnown(account)) {
            return;
        }
        Stream<Found> found = earlier == null ? found(accounts.of(account), id) : again(earlier);
        found.max(Comparator.comparingDouble(each -> each.scores().score())).ifPresent(most -> pending.put(id, most));
    }

    private Stream<Found> found(JoinAccount newcomer, String id) {
        return open().stream()
                .filter(order -> joinsUnder(order).joined(id) == null && joins(newcomer, order))
                .map(order -> found(order, newcomer));
    }

    private Stream<Found> again(Join earlier) {
        return open().stream()
                .filter(order -> order.id().equals(earlier.order())
                        && joinsUnder(order).mayJoin(earlier.account(), clock.getAsLong(), waiting(order)))
                .map(order -> new Found(
                        order,
                        earlier.account(),
                        earlier.scores(),
                        joinsUnder(order).joined(earlier.account())));
    }

    private long waiting(StandingOrder order) {
        return pending.values().stream()
                .filter(found -> found.order().id().equals(order.id()))
                .count();
    }

    private JoinsOfOrder joinsUnder(StandingOrder order) {
        return ladder.orders().joinsUnder(order.id());
    }

    private boolean joins(JoinAccount newcomer, StandingOrder order) {
        JoinCampaign campaign = campaigns.get(order.cluster());
        return campaign != null && campaign.isNewcomer(newcomer) && campaign.joins(newcomer);
    }

    private JoinCampaign campaign(StandingOrder order) {
        return Objects.requireNonNull(campaigns.get(order.cluster()));
    }

    private Found found(StandingOrder order, JoinAccount newcomer) {
        JoinModel model = campaign(order).model();
        JoinScore score = model.score(newcomer);
        List<String> traits = model.explain(newcomer, accounts.factNames()).stream()
                .limit(TOP_TRAITS)
                .map(weight -> String.format(Locale.ROOT, "%s %+.1f", weight.trait(), weight.logRatio()))
                .toList();
        Join.Scores scores = new Join.Scores(
                newcomer.starts().count(),
                score.total(),
                score.asked(),
                score.origin(),
                campaign(order).maxima(newcomer.stratum()).bound(open().size()),
                traits);
        return new Found(order, table.index().id(newcomer.account()), scores, null);
    }

    private List<StandingOrder> open() {
        long now = clock.getAsLong();
        return ladder.orders().standingOrders().stream()
                .filter(order -> order.isOpen(now))
                .toList();
    }

    /** Returns the joins that are not in the journal yet, without those whose order has ended or whose account was judged. */
    public List<Found> pending() {
        long now = clock.getAsLong();
        Set<String> open = open().stream().map(StandingOrder::id).collect(Collectors.toSet());
        pending.values()
                .removeIf(each -> !open.contains(each.order().id())
                        || ladder.label(each.account()) != null
                        || !Objects.equals(
                                each.earlier(), joinsUnder(each.order()).joined(each.account()))
                        || !joinsUnder(each.order()).mayJoin(each.account(), now, 0));
        return List.copyOf(pending.values());
    }

    /**
     * Returns orders for the {@link #pending} joins.
     *
     * @param lifetime how long an account stays joined
     */
    public List<OrderDraft> drafts(Duration lifetime) {
        return pending().stream()
                .map(found -> Join.draft(found.order(), found.account(), found.scores(), lifetime))
                .toList();
    }

    /** Fits the campaigns again if that is due. */
    void tend(long now) {
        if (now - lastCheck < CHANGE_INTERVAL) {
            return;
        }
        lastCheck = now;
        int judgements = judgements();
        if (now - lastFit >= INTERVAL || judgements != fittedFor) {
            lastFit = now;
            fittedFor = judgements;
            fit(now);
        }
    }

    /** Returns a hash of the judgements and standing orders in force. */
    private int judgements() {
        int hash = 0;
        for (Map.Entry<String, Label> entry : ladder.orders().labels().entrySet()) {
            hash += 31 * entry.getKey().hashCode()
                    + entry.getValue().order().id().hashCode();
        }
        for (StandingOrder order : ladder.orders().standingOrders()) {
            hash += order.id().hashCode();
        }
        return hash;
    }

    private void fit(long now) {
        Map<String, List<JoinAccount>> confirmed = new TreeMap<>();
        confirmedIds().forEach((cluster, ids) -> {
            List<JoinAccount> known = accounts.of(ids);
            if (!known.isEmpty()) {
                confirmed.put(cluster, known);
            }
        });
        List<JoinAccount> references = confirmed.isEmpty() ? List.of() : accounts.references(now);
        Map<String, JoinCampaign> fitted = new HashMap<>();
        List<Resembling> alike = new ArrayList<>();
        confirmed.forEach((cluster, members) -> {
            JoinCampaign campaign = new JoinCampaign(members, references);
            fitted.put(cluster, campaign);
            for (JoinCampaign.Resembling each : campaign.resembling()) {
                String id = table.index().id(each.account().account());
                if (ladder.label(id) == null) {
                    alike.add(new Resembling(id, cluster, each.score(), each.stops()));
                }
            }
        });
        campaigns = fitted;
        alike.sort(Comparator.comparingDouble(each -> -each.score().total()));
        Set<String> listed = new HashSet<>();
        resembling = alike.stream()
                .filter(each -> listed.add(each.account()))
                .limit(MOST_RESEMBLING)
                .toList();
    }

    /** Returns the confirmed accounts by cluster; under a standing order those that it confirmed. */
    private Map<String, Set<String>> confirmedIds() {
        Map<String, Set<String>> ids = new TreeMap<>();
        for (Map.Entry<String, Label> entry : ladder.orders().labels().entrySet()) {
            String cluster = entry.getValue().cluster();
            if (entry.getValue().kind() == LabelKind.CONFIRMED && cluster != null) {
                ids.computeIfAbsent(cluster, absent -> new HashSet<>()).add(entry.getKey());
            }
        }
        ladder.orders().standingOrders().forEach(order -> ids.put(order.cluster(), Set.copyOf(order.accounts())));
        return ids;
    }

    /**
     * Returns unjudged references that resemble a confirmed campaign, the most similar first. They remain references until
     * an operator confirms them.
     */
    public List<Resembling> resembling() {
        return resembling;
    }

    /** Returns the evidence that an account belongs to each of the campaigns, the strongest first. */
    public List<Evidence> evidence(int account) {
        JoinAccount subject = accounts.of(account);
        if (subject.starts().count() == 0) {
            return List.of();
        }
        return campaigns.entrySet().stream()
                .map(entry -> evidence(entry.getKey(), entry.getValue(), subject))
                .sorted(Comparator.comparingDouble(evidence -> -evidence.score().total()))
                .toList();
    }

    private Evidence evidence(String cluster, JoinCampaign campaign, JoinAccount account) {
        return new Evidence(
                cluster,
                account.starts().count(),
                campaign.joinedAt(account),
                campaign.isNewcomer(account),
                campaign.model().score(account),
                campaign.maxima(account.stratum()),
                campaign.model().explain(account, accounts.factNames()));
    }

    @Override
    public Outlook of(Cluster cluster) {
        return new JoinForecast(table, ladder, accounts, open(), clock.getAsLong()).of(cluster);
    }

    /** Forgets accounts whose indexes may be reused. */
    void forgetIndexes(int... removed) {
        accounts.forget(removed);
    }

    /** Writes the first starts that are not in the account table. */
    void write(DataOutput out) throws IOException {
        accounts.write(out);
    }

    /** Reads those first starts after the accounts. */
    void read(DataInput in, boolean sameKey) throws IOException {
        accounts.read(in, sameKey);
    }

    /** Forgets what is kept of an account by its id. */
    void forget(String account) {
        pending.remove(account);
        resembling = resembling.stream()
                .filter(each -> !each.account().equals(account))
                .toList();
    }
}
