package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.holdout.OfficeCheck;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Facts that speak for the accounts of a cluster, each as a key and a sentence. */
final class CounterEvidence {
    /** Least absolute evidence that is mentioned: odds of two to one. */
    static final double LEAST = 0.3;

    /** Age of an account, when first seen, that speaks for it if other accounts are younger. */
    static final int OLD_DAYS = 180;

    private final Analyst analyst;
    private final Cluster cluster;
    private final ClusterReport report;
    private final OtherAccounts others;
    private final List<Map<String, Object>> items = new ArrayList<>();

    CounterEvidence(Analyst analyst, Cluster cluster, ClusterReport report, OtherAccounts others) {
        this.analyst = analyst;
        this.cluster = cluster;
        this.report = report;
        this.others = others;
    }

    List<Map<String, Object>> items() {
        cluster.evidence.forEach(this::family);
        if (cluster.reasons.contains("office")) {
            add("office", 0, "The group keeps working hours in one or two networks, as an office does.");
        }
        workingHours();
        members();
        resembling();
        return items;
    }

    private void family(Family family, double evidence) {
        if (evidence <= -LEAST) {
            String what = switch (family) {
                case TIME -> "Timing: the members' times differ as those of independent customers do";
                case CONTENT -> "Content: the members' prompts differ as those of independent customers do";
                case NETWORK ->
                    "Network: the members' networks and clients differ as those of independent customers do";
            };
            add("family-" + PageValues.name(family), 0, String.format(Locale.ROOT, "%s (%.1f).", what, evidence));
        }
    }

    /** Says whether the members with enough history are active in a limited part of the day. */
    private void workingHours() {
        List<AccountProfile> profiles = report.profiles().stream()
                .filter(profile -> profile.exchanges() >= RoundAccounts.LEAST_EXCHANGES)
                .toList();
        int[] rows = IntStream.range(0, profiles.size()).toArray();
        if (rows.length > 0 && OfficeCheck.worksInShifts(profiles, rows)) {
            add(
                    "working-hours",
                    0,
                    "Half of the members or more are active in half of the day at most, as people are.");
        }
    }

    private void members() {
        AccountTable table = analyst.table();
        Set<String> organisations = new HashSet<>();
        int inOrganisation = 0;
        int verified = 0;
        int allowed = 0;
        int vouched = 0;
        int refuted = 0;
        int clear = 0;
        int ofKnownAge = 0;
        int old = 0;
        int unseen = 0;
        for (ClusterReport.Member member : report.members()) {
            vouched += analyst.ladder().isLabelled(member.account(), LabelKind.VOUCHED) ? 1 : 0;
            refuted += analyst.ladder().isLabelled(member.account(), LabelKind.REFUTED) ? 1 : 0;
            clear += analyst.ladder().standing(member.account()) == Standing.CLEAR ? 1 : 0;
            int index = member.accountIndex();
            if (index == AccountIndex.NONE) {
                unseen++;
                continue;
            }
            String organisation = table.organisation(index);
            if (organisation != null) {
                inOrganisation++;
                organisations.add(organisation);
            }
            verified += table.verified(index) ? 1 : 0;
            allowed += analyst.settings().innocent().contains(member.account(), organisation) ? 1 : 0;
            ofKnownAge += Double.isFinite(table.profile(index).ageInDays()) ? 1 : 0;
            old += table.profile(index).ageInDays() >= OLD_DAYS ? 1 : 0;
        }
        count("vouched", vouched, "an operator vouches for them.");
        count("refuted", refuted, "an operator refuted them.");
        count("verified", verified, "the operator has verified the customer.");
        count(
                "organisations",
                inOrganisation,
                "declared as accounts of " + organisations.size()
                        + (organisations.size() == 1 ? " organisation." : " organisations."));
        count("allowed", allowed, "on the allow-list.");
        count("clear", clear, "without a standing.");
        if (others.ofKnownAge() == 0 || (long) old * others.ofKnownAge() > (long) others.old() * ofKnownAge) {
            count(
                    "old",
                    old,
                    String.format(
                            Locale.ROOT,
                            "older than %d days when first seen; of other accounts %d of %d were.",
                            OLD_DAYS,
                            others.old(),
                            others.ofKnownAge()));
        }
        count("without-traffic", unseen, "no traffic is on record, so nothing is known of them.");
    }

    private void count(String key, int accounts, String text) {
        if (accounts > 0) {
            int size = report.members().size();
            add(key, accounts, accounts + " of " + size + (size == 1 ? " member: " : " members: ") + text);
        }
    }

    private void resembling() {
        int customers = (int) analyst.joins().resembling().stream()
                .filter(each -> each.cluster().equals(cluster.id))
                .count();
        if (customers > 0) {
            add("resembling-references", customers, "Known customers that resemble the campaign: " + customers + ".");
        }
    }

    /** @param accounts number of accounts that this is about, 0 for the group */
    private void add(String key, int accounts, String text) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("key", key);
        item.put("text", text);
        if (accounts > 0) {
            item.put("accounts", accounts);
        }
        items.add(item);
    }
}
