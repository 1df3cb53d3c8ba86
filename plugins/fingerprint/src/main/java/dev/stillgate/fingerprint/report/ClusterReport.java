package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.OrderKeys;
import dev.stillgate.fingerprint.text.Elicitation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Page of one cluster, fit for publication: members with their shares, common values and traits beside those of other
 * accounts, history, and what was requested from where. Counts and hashes only, no text.
 */
final class ClusterReport {
    /** Maximum number of listed members. */
    static final int MAX_MEMBERS = 10_000;

    /** Number of other accounts that the members are compared with. */
    static final int MAX_OTHERS = 2_000;

    /** Least share of the members that have a value in common, and of the prompts that ask for training data. */
    static final double MIN_SHARE = 0.1;

    private final Analyst analyst;
    private final Cluster cluster;
    private final List<Member> members = new ArrayList<>();
    private final List<AccountProfile> profiles = new ArrayList<>();
    private double exchanges;

    /**
     * Member of the cluster.
     *
     * @param accountIndex {@link AccountIndex#NONE} for an account that is not in the table
     */
    record Member(String account, int accountIndex, double exchanges) {}

    ClusterReport(Analyst analyst, Cluster cluster) {
        this.analyst = analyst;
        this.cluster = cluster;
        AccountTable table = analyst.table();
        for (String account : cluster.accounts) {
            int accountIndex = table.index().find(account);
            double count = accountIndex == AccountIndex.NONE
                    ? 0
                    : table.profile(accountIndex).exchanges();
            members.add(new Member(account, accountIndex, count));
            exchanges += count;
            if (count > 0) {
                profiles.add(table.profile(accountIndex));
            }
        }
        members.sort(Comparator.comparingDouble(Member::exchanges).reversed().thenComparing(Member::account));
    }

    /** Returns the members, those with most exchanges first. */
    List<Member> members() {
        return members;
    }

    /** Returns the profiles of the members with exchanges, in the order of the account ids. */
    List<AccountProfile> profiles() {
        return profiles;
    }

    Map<String, Object> page() {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("id", cluster.id);
        page.put("size", members.size());
        page.put("since", PageValues.time(cluster.since));
        page.put("confirmed", PageValues.time(cluster.confirmed));
        seen(page);
        page.put("reasons", cluster.reasons);
        page.put("evidence", PageValues.rounded(cluster.total));
        page.put("evidenceByFamily", PageValues.rounded(cluster.evidence));
        page.put("foundBy", cluster.matchedOn == null ? "" : PageValues.name(cluster.matchedOn));
        page.put("links", ReviewQueue.links(cluster));
        page.put("revision", cluster.revision());
        page.put("labels", ReviewQueue.labels(analyst, cluster));
        PageValues.add(page, "pending", OrderValues.pending(analyst, OrderKeys.ofCluster(cluster.id)));
        PageValues.add(page, "hidden", ReviewQueue.hidden(analyst, cluster));
        JoinReport joins = new JoinReport(analyst);
        PageValues.add(page, "standingOrder", joins.standingOrder(cluster));
        page.put("joiners", joins.joiners(cluster));
        page.put("joinOutlook", joins.outlook(cluster));
        page.put("standings", standings(analyst, cluster));
        page.put("exchanges", PageValues.rounded(exchanges));
        page.put("capabilities", capabilities());
        page.put("text", cluster.text);
        page.put("sinceFound", cluster.totals.shown());
        page.put("inCommon", inCommon());
        page.put("signals", signals());
        page.put("timeline", OrderValues.timeline(analyst, cluster));
        page.put("members", listed());
        return page;
    }

    private void seen(Map<String, Object> page) {
        AccountTable table = analyst.table();
        long first = Long.MAX_VALUE;
        long last = 0;
        for (Member member : members) {
            if (member.accountIndex != AccountIndex.NONE) {
                first = Math.min(first, 1000L * table.firstSecond(member.accountIndex));
                last = Math.max(last, 1000L * table.lastSecond(member.accountIndex));
            }
        }
        if (last > 0) {
            page.put("firstSeen", PageValues.time(first));
            page.put("lastSeen", PageValues.time(last));
        }
    }

    /** Returns the number of members in each standing that a member has while the filter enforces. */
    static Map<String, Integer> standings(Analyst analyst, Cluster cluster) {
        Map<String, Integer> standings = new TreeMap<>();
        for (String account : cluster.accounts) {
            standings.merge(PageValues.name(analyst.standing(account)), 1, Integer::sum);
        }
        return standings;
    }

    private String standing(Member member) {
        return PageValues.name(analyst.standing(member.account));
    }

    /** Returns the share of the members' prompts for each elicitation, for code and for tools. */
    Map<String, Double> capabilities() {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (Elicitation elicitation : Elicitation.values()) {
            share(shares, PageValues.name(elicitation), profile -> profile.elicited(elicitation));
        }
        share(shares, "code", AccountProfile::code);
        share(shares, "tools", AccountProfile::toolTurns);
        return shares;
    }

    /** Returns the kind of training data that most prompts ask for, empty if fewer than a tenth ask for any. */
    Optional<String> trainingData() {
        Map<String, Double> shares = capabilities();
        return Arrays.stream(Elicitation.values())
                .map(PageValues::name)
                .filter(name -> shares.getOrDefault(name, 0.0) >= MIN_SHARE)
                .max(Comparator.comparing(name -> shares.getOrDefault(name, 0.0)));
    }

    private void share(Map<String, Double> shares, String name, ToDoubleFunction<AccountProfile> of) {
        double sum = 0;
        for (AccountProfile profile : profiles) {
            sum += profile.exchanges() * of.applyAsDouble(profile);
        }
        if (exchanges > 0) {
            shares.put(name, PageValues.rounded(sum / exchanges));
        }
    }

    /** Returns for each shared key the value that most members have, with the number of those members. */
    Map<String, Object> inCommon() {
        Map<String, Object> common = new LinkedHashMap<>();
        for (SharedKey kind : SharedKey.values()) {
            MemberCounts.counts(profiles, kind).entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .filter(most -> most.getValue() >= MIN_SHARE * members.size())
                    .ifPresent(most -> common.put(
                            PageValues.name(kind),
                            Map.of("value", PageValues.hex(most.getKey()), "accounts", most.getValue())));
        }
        return common;
    }

    /** Returns mean and deviation of each trait, for the members and for other accounts. */
    private Map<String, Object> signals() {
        List<AccountProfile> others = others();
        Map<String, Object> signals = new LinkedHashMap<>();
        for (Signal signal : analyst.settings().signals()) {
            Map<String, Object> traits = new LinkedHashMap<>();
            for (Trait trait : signal.traits()) {
                Map<String, Object> spreads = new LinkedHashMap<>();
                spreads.put("members", Spread.of(profiles, trait));
                spreads.put("others", Spread.of(others, trait));
                traits.put(trait.name(), spreads);
            }
            if (!traits.isEmpty()) {
                signals.put(signal.name(), Map.of("family", PageValues.name(signal.family()), "traits", traits));
            }
        }
        return signals;
    }

    /** Distribution of a trait among accounts. */
    private record Spread(int accounts, double mean, double deviation) {
        static Spread of(List<AccountProfile> profiles, Trait trait) {
            double sum = 0;
            double squares = 0;
            int count = 0;
            for (AccountProfile profile : profiles) {
                double value = trait.of().applyAsDouble(profile);
                if (Double.isFinite(value)) {
                    sum += value;
                    squares += value * value;
                    count++;
                }
            }
            double mean = sum / count;
            double variance = Math.max(0, squares / count - mean * mean);
            return new Spread(count, PageValues.rounded(mean), PageValues.rounded(Math.sqrt(variance)));
        }
    }

    private List<AccountProfile> others() {
        AccountTable table = analyst.table();
        int limit = table.index().limit();
        int step = Math.max(1, limit / MAX_OTHERS);
        List<AccountProfile> others = new ArrayList<>();
        for (int accountIndex = 0; accountIndex < limit; accountIndex += step) {
            String id = table.index().id(accountIndex);
            boolean isOther = !id.isEmpty() && !cluster.accounts.contains(id);
            if (isOther && table.profile(accountIndex).exchanges() >= RoundAccounts.LEAST_EXCHANGES) {
                others.add(table.profile(accountIndex));
            }
        }
        return others;
    }

    List<Map<String, Object>> listed() {
        List<Map<String, Object>> listed = new ArrayList<>();
        for (Member member : members.subList(0, Math.min(MAX_MEMBERS, members.size()))) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("account", member.account);
            row.put("standing", standing(member));
            row.put("exchanges", PageValues.rounded(member.exchanges));
            row.put("share", exchanges == 0 ? 0.0 : PageValues.rounded(member.exchanges / exchanges));
            if (member.accountIndex != AccountIndex.NONE) {
                row.put("lastSeen", 1000L * analyst.table().lastSecond(member.accountIndex));
            }
            listed.add(row);
        }
        return listed;
    }
}
