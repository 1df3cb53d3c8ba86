package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.stats.Quantiles;
import dev.stillgate.fingerprint.text.Elicitation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Parts of a cluster: members with traffic that have equal values of client, system prompt and tools. A value that fewer
 * than a tenth of the members have counts as {@value #VARIOUS}.
 */
final class MemberParts {
    static final String VARIOUS = "various";
    private static final String NONE = "none";

    /** Largest number of parts; the members of further ones are in the last. */
    static final int MAX_PARTS = 8;

    /** Largest number of values whose members are counted in each part. */
    private static final int MAX_SHARED = 20;

    private static final List<SharedKey> KEYS = List.of(SharedKey.CLIENT, SharedKey.SYSTEM, SharedKey.TOOLS);

    private final Analyst analyst;
    private final ClusterReport report;
    private final List<Part> parts = new ArrayList<>();
    private final Map<Integer, Integer> byAccount = new HashMap<>();

    /** Members with equal values, those with most exchanges first; of the last part of too many, without values. */
    private record Part(Map<String, String> values, List<ClusterReport.Member> members) {}

    MemberParts(Analyst analyst, ClusterReport report) {
        this.analyst = analyst;
        this.report = report;
        List<ClusterReport.Member> active = report.members().stream()
                .filter(member -> member.accountIndex() != AccountIndex.NONE && member.exchanges() > 0)
                .toList();
        Map<String, Map<String, Integer>> counts = new HashMap<>();
        active.forEach(member -> values(member)
                .forEach((key, value) ->
                        counts.computeIfAbsent(key, absent -> new HashMap<>()).merge(value, 1, Integer::sum)));
        Map<Map<String, String>, List<ClusterReport.Member>> equal = new LinkedHashMap<>();
        for (ClusterReport.Member member : active) {
            Map<String, String> values = values(member);
            values.replaceAll((key, value) ->
                    counts.getOrDefault(key, Map.of()).getOrDefault(value, 0) < ClusterReport.MIN_SHARE * active.size()
                            ? VARIOUS
                            : value);
            equal.computeIfAbsent(values, absent -> new ArrayList<>()).add(member);
        }
        equal.forEach((values, members) -> parts.add(new Part(values, members)));
        parts.sort(Comparator.comparingInt(part -> -part.members.size()));
        mergeSmallest();
        for (int i = 0; i < parts.size(); i++) {
            for (ClusterReport.Member member : parts.get(i).members) {
                byAccount.put(member.accountIndex(), i + 1);
            }
        }
    }

    private void mergeSmallest() {
        List<Part> rest = parts.subList(Math.min(MAX_PARTS - 1, parts.size()), parts.size());
        if (rest.size() > 1) {
            List<ClusterReport.Member> members = new ArrayList<>();
            rest.forEach(part -> members.addAll(part.members));
            members.sort(
                    Comparator.comparingDouble(ClusterReport.Member::exchanges).reversed());
            rest.clear();
            parts.add(new Part(Map.of(), members));
        }
    }

    private Map<String, String> values(ClusterReport.Member member) {
        AccountProfile profile = analyst.table().profile(member.accountIndex());
        Map<String, String> values = new TreeMap<>();
        for (SharedKey key : KEYS) {
            String value = Arrays.stream(profile.keys(key))
                    .sorted()
                    .mapToObj(PageValues::hex)
                    .collect(Collectors.joining("+"));
            values.put(PageValues.name(key), value.isEmpty() ? NONE : value);
        }
        return values;
    }

    /** Returns the number of a member's part, from 1; 0 for a member without traffic. */
    int of(ClusterReport.Member member) {
        return byAccount.getOrDefault(member.accountIndex(), 0);
    }

    /** Returns how many members of each part stand for it in a sample of a size, at least one of each. */
    int[] places(int size) {
        int members = Math.max(1, byAccount.size());
        return parts.stream()
                .mapToInt(part -> 1 + (size - parts.size()) * part.members.size() / members)
                .toArray();
    }

    /** Returns the parts, the largest first, each with its values, its amount of work, and its busiest account. */
    List<Map<String, Object>> shown() {
        double all = report.members().stream()
                .mapToDouble(ClusterReport.Member::exchanges)
                .sum();
        return parts.stream().map(part -> shown(part, all)).toList();
    }

    private Map<String, Object> shown(Part part, double all) {
        AccountTable table = analyst.table();
        Map<String, Object> shown = new LinkedHashMap<>();
        double exchanges = part.members.stream()
                .mapToDouble(ClusterReport.Member::exchanges)
                .sum();
        shown.put("accounts", part.members.size());
        shown.put("share", PageValues.rounded(exchanges / all));
        shown.put("values", part.values);
        shown.put("apis", MemberCounts.apis(analyst, part.members));
        shown.put("asksFor", asksFor(part));
        shown.put("exchanges", median(part, AccountProfile::exchanges));
        shown.put("promptCharacters", median(part, profile -> Math.expm1(profile.meanLogPrompt())));
        shown.put("answerTokens", median(part, profile -> Math.expm1(profile.meanLogResponse())));
        shown.put(
                "verified",
                part.members.stream()
                        .filter(member -> table.verified(member.accountIndex()))
                        .count());
        shown.put("busiest", part.members.getFirst().account());
        return shown;
    }

    /** Returns the kinds of training data that at least a tenth of the part's prompts ask for, with their shares. */
    private Map<String, Double> asksFor(Part part) {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (Elicitation kind : Elicitation.values()) {
            double prompts = 0;
            double asking = 0;
            for (ClusterReport.Member member : part.members) {
                AccountProfile profile = analyst.table().profile(member.accountIndex());
                prompts += profile.prompts();
                asking += profile.prompts() * profile.elicited(kind);
            }
            if (prompts > 0 && asking / prompts >= ClusterReport.MIN_SHARE) {
                shares.put(PageValues.name(kind), PageValues.rounded(asking / prompts));
            }
        }
        return shares;
    }

    /** Returns the median over the members of a part, rounded to an integer. */
    private long median(Part part, ToDoubleFunction<AccountProfile> of) {
        return Math.round(Quantiles.median(part.members.stream()
                .mapToDouble(member -> of.applyAsDouble(analyst.table().profile(member.accountIndex())))
                .toArray()));
    }

    /**
     * Returns the values that at least a tenth of the members with traffic have, with the number of these members in
     * each part. An account can have two values of a key.
     */
    List<Map<String, Object>> shared() {
        List<Map<String, Object>> shared = new ArrayList<>();
        for (SharedKey key : SharedKey.values()) {
            Map<Integer, int[]> counts = new TreeMap<>();
            for (int part = 0; part < parts.size(); part++) {
                for (ClusterReport.Member member : parts.get(part).members) {
                    AccountProfile profile = analyst.table().profile(member.accountIndex());
                    for (int value : profile.keys(key)) {
                        counts.computeIfAbsent(value, absent -> new int[parts.size()])[part]++;
                    }
                }
            }
            counts.forEach((value, byPart) -> addShared(shared, key, value, byPart));
        }
        shared.sort(Comparator.comparingInt(each -> -PageValues.accounts(each)));
        return shared.subList(0, Math.min(MAX_SHARED, shared.size()));
    }

    private void addShared(List<Map<String, Object>> shared, SharedKey key, int value, int... byPart) {
        int accounts = Arrays.stream(byPart).sum();
        if (accounts >= Math.max(2, ClusterReport.MIN_SHARE * byAccount.size())) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("key", PageValues.name(key));
            each.put("value", PageValues.hex(value));
            each.put("accounts", accounts);
            each.put("parts", Arrays.stream(byPart).boxed().toList());
            shared.add(each);
        }
    }
}
