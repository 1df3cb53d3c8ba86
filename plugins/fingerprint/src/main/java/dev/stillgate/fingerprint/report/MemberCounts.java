package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.stats.Quantiles;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Software, networks and request parameters of the members, as numbers of members. */
final class MemberCounts {
    /** Largest number of values of one kind. */
    private static final int MAX_VALUES = 20;

    /** Least share of an account's requests for which they count as from hosting. */
    private static final double MIN_SHARE = 0.5;

    private final Analyst analyst;
    private final ClusterReport report;

    MemberCounts(Analyst analyst, ClusterReport report) {
        this.analyst = analyst;
        this.report = report;
    }

    Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("withTraffic", report.profiles().size());
        shown.put("apis", apis(analyst, report.members()));
        shown.put("clientFingerprints", values(SharedKey.CLIENT));
        shown.put("requestShapes", values(SharedKey.SHAPE));
        shown.put("systemPrompts", values(SharedKey.SYSTEM));
        shown.put("toolSets", values(SharedKey.TOOLS));
        shown.put("networksEach", spread(AccountProfile::networks));
        shown.put("clientsEach", spread(AccountProfile::clients));
        shown.put("hosted", hosted(report.profiles()));
        shown.put(
                "roaming",
                report.profiles().stream().filter(AccountProfile::roams).count());
        return shown;
    }

    /** Returns how many accounts come mostly from hosting networks or anonymisers. */
    static long hosted(List<AccountProfile> profiles) {
        return profiles.stream()
                .filter(profile -> profile.hosted() >= MIN_SHARE)
                .count();
    }

    /** Returns the members by the API that they use. */
    static Map<String, Integer> apis(Analyst analyst, List<ClusterReport.Member> members) {
        Map<String, Integer> apis = new TreeMap<>();
        for (ClusterReport.Member member : members) {
            if (member.accountIndex() != AccountIndex.NONE) {
                apis.merge(PageValues.name(analyst.table().dialect(member.accountIndex())), 1, Integer::sum);
            }
        }
        return apis;
    }

    /** Returns how many accounts have each value of a key; an account may have two. */
    static Map<Integer, Integer> counts(List<AccountProfile> profiles, SharedKey key) {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (AccountProfile profile : profiles) {
            for (int value : profile.keys(key)) {
                counts.merge(value, 1, Integer::sum);
            }
        }
        return counts;
    }

    /** Returns the values of a key that most members have, each with the number of those members. */
    private List<Map<String, Object>> values(SharedKey key) {
        Map<Integer, Integer> counts = counts(report.profiles(), key);
        return counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MAX_VALUES)
                .map(each -> {
                    Map<String, Object> value = new LinkedHashMap<>();
                    value.put("value", PageValues.hex(each.getKey()));
                    value.put("accounts", each.getValue());
                    return value;
                })
                .toList();
    }

    /** Returns median and largest of an estimated number. */
    private Map<String, Long> spread(ToDoubleFunction<AccountProfile> of) {
        double[] values = report.profiles().stream().mapToDouble(of).toArray();
        Map<String, Long> spread = new LinkedHashMap<>();
        if (values.length > 0) {
            spread.put("median", Math.round(Quantiles.median(values)));
            spread.put("most", Math.round(values[values.length - 1]));
        }
        return spread;
    }
}
