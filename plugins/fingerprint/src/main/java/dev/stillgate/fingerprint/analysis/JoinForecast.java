package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.join.JoinAccount;
import dev.stillgate.fingerprint.join.JoinCampaign;
import dev.stillgate.fingerprint.join.JoinStratum;
import dev.stillgate.fingerprint.join.PathMaxima;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.JoinOutlook;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.standing.StandingOrder;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Accounts that standing orders would have joined in the last fortnight, by the stored first starts. Valid while the analysis waits. */
final class JoinForecast implements JoinOutlook {
    private static final double DAYS = 14;

    private final AccountTable table;
    private final Ladder ladder;
    private final JoinAccounts accounts;
    private final List<StandingOrder> open;
    private final long now;

    /**
     * @param open open standing orders
     * @param now milliseconds since the epoch
     */
    JoinForecast(AccountTable table, Ladder ladder, JoinAccounts accounts, List<StandingOrder> open, long now) {
        this.table = table;
        this.ladder = ladder;
        this.accounts = accounts;
        this.open = open;
        this.now = now;
    }

    @Override
    public Outlook of(Cluster cluster) {
        List<JoinAccount> members = accounts.of(confirmed(cluster));
        if (members.isEmpty()) {
            return Outlook.EMPTY;
        }
        List<JoinAccount> references = accounts.references(now);
        JoinCampaign campaign = new JoinCampaign(members, references);
        List<JoinAccount> newcomers = newcomers(cluster).toList();
        List<JoinAccount> known = references.stream()
                .filter(reference -> !campaign.isCalibratedBy(reference))
                .toList();
        return new Outlook(
                bounds(cluster, campaign, members, newcomers),
                joined(campaign, newcomers.stream().filter(campaign::isNewcomer)),
                ids(campaign.oldest().stream()),
                campaign.fitted(),
                known.size(),
                joined(campaign, known.stream()));
    }

    private List<Bound> bounds(
            Cluster cluster, JoinCampaign campaign, List<JoinAccount> members, List<JoinAccount> newcomers) {
        boolean isOrdered = open.stream().anyMatch(order -> order.cluster().equals(cluster.id));
        int orders = open.size() + (isOrdered ? 0 : 1);
        Map<JoinStratum, Long> perStratum =
                newcomers.stream().collect(Collectors.groupingBy(JoinAccount::stratum, Collectors.counting()));
        Map<JoinStratum, Integer> strata = new HashMap<>();
        members.forEach(member -> strata.merge(member.stratum(), 1, Integer::sum));
        return strata.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<JoinStratum, Integer> stratum) -> -stratum.getValue())
                        .thenComparing(stratum -> stratum.getKey().toString()))
                .map(Map.Entry::getKey)
                .map(stratum -> new Bound(
                        stratum.toString(),
                        campaign.maxima(stratum).references(),
                        orders,
                        perStratum.getOrDefault(stratum, 0L) / DAYS,
                        setBy(campaign.maxima(stratum))))
                .toList();
    }

    private Map<String, String> setBy(PathMaxima most) {
        Map<String, String> setBy = new TreeMap<>();
        Map.of("total", most.total(), "asked", most.asked(), "origin", most.origin())
                .forEach((part, greatest) -> {
                    if (greatest.score() > 0) {
                        setBy.put(part, table.index().id(greatest.account()));
                    }
                });
        return setBy;
    }

    private List<String> joined(JoinCampaign campaign, Stream<JoinAccount> compared) {
        return ids(compared.filter(account -> campaign.joinedAt(account) > 0)
                .sorted(Comparator.comparingDouble(
                        account -> -campaign.model().score(account).total())));
    }

    private List<String> ids(Stream<JoinAccount> accounts) {
        return accounts.map(account -> table.index().id(account.account())).toList();
    }

    /** Returns the accounts that the order on a cluster confirmed, or would confirm. */
    private Collection<String> confirmed(Cluster cluster) {
        return open.stream()
                .filter(order -> order.cluster().equals(cluster.id))
                .findFirst()
                .map(StandingOrder::accounts)
                .orElseGet(() -> cluster.accounts.stream()
                        .filter(account -> isConfirmable(account, table.index().find(account)))
                        .toList());
    }

    private boolean isConfirmable(String id, int account) {
        return account != AccountIndex.NONE && !ladder.isLabelled(id, LabelKind.REFUTED) && !accounts.isKnown(account);
    }

    /** Returns the unknown accounts beside a cluster that were first seen in the last fortnight. */
    private Stream<JoinAccount> newcomers(Cluster cluster) {
        return IntStream.range(0, table.index().limit())
                .filter(account -> accounts.isRecent(account, now)
                        && table.firstSecond(account) >= now / 1000 - JoinAccounts.FORTNIGHT
                        && !accounts.isKnown(account))
                .mapToObj(accounts::of)
                .filter(newcomer -> isUnjudged(cluster, table.index().id(newcomer.account())));
    }

    private boolean isUnjudged(Cluster cluster, String id) {
        return ladder.label(id) == null && !cluster.accounts.contains(id);
    }
}
