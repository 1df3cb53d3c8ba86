package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Pin;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Effects that each order of an operator on a cluster would have on its present members. */
final class OrderEffects {
    private final Analyst analyst;
    private final Cluster cluster;

    OrderEffects(Analyst analyst, Cluster cluster) {
        this.analyst = analyst;
        this.cluster = cluster;
    }

    Map<String, Object> shown() {
        Map<String, Object> confirm = confirm(false);
        Map<String, Object> all = confirm(true);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("confirm", confirm);
        if (!all.equals(confirm)) {
            shown.put("confirmVerified", all);
        }
        shown.put("refute", effect(List.copyOf(cluster.accounts), Standing.CLEAR, false));
        shown.put(
                "set",
                cluster.accounts.stream()
                        .filter(account -> analyst.ladder().pin(account) != null)
                        .count());
        shown.put("judgementSeconds", analyst.settings().review().expireAfter().toSeconds());
        shown.put("standingSeconds", analyst.settings().expireAfter().toSeconds());
        return shown;
    }

    /** @param verified whether verified accounts are confirmed too */
    private Map<String, Object> confirm(boolean verified) {
        List<String> members = confirmed(verified);
        return effect(members, Standing.POOLED, verified);
    }

    private List<String> confirmed(boolean verified) {
        Confirmation confirmation = new Confirmation(analyst);
        List<String> members = new ArrayList<>();
        for (String account : cluster.accounts) {
            if (!confirmation.isSpared(cluster, account, verified, Set.of())) {
                members.add(account);
            }
        }
        return members;
    }

    /** @param becomes standing of a judged account whose standing is not set and of which no other evidence is known */
    private Map<String, Object> effect(List<String> members, Standing becomes, boolean verified) {
        Map<Standing, Map<Standing, Integer>> changes = new TreeMap<>();
        for (String member : members) {
            Standing before = analyst.standing(member);
            Standing after = after(member, becomes, verified);
            if (after != before) {
                changes.computeIfAbsent(before, absent -> new TreeMap<>()).merge(after, 1, Integer::sum);
            }
        }
        List<Map<String, Object>> listed = new ArrayList<>();
        changes.forEach((before, byAfter) -> byAfter.forEach((after, accounts) -> {
            Map<String, Object> change = new LinkedHashMap<>();
            change.put("from", PageValues.name(before));
            change.put("to", PageValues.name(after));
            change.put("accounts", accounts);
            listed.add(change);
        }));
        Map<String, Object> effect = new LinkedHashMap<>();
        effect.put("accounts", members.size());
        effect.put("becomes", PageValues.name(becomes));
        effect.put("changes", listed);
        effect.put("spared", cluster.accounts.size() - members.size());
        return effect;
    }

    /** Returns the standing in force of an account that is judged. */
    private Standing after(String account, Standing becomes, boolean verified) {
        Pin pin = analyst.ladder().pin(account);
        if (pin != null) {
            return pin.standing();
        }
        AccountStanding entry = Objects.requireNonNullElseGet(analyst.ladder().find(account), AccountStanding::new);
        LabelKind kind = becomes == Standing.CLEAR ? LabelKind.REFUTED : LabelKind.CONFIRMED;
        boolean isSameEvidence = entry.cluster == null || entry.cluster.equals(cluster.id);
        Standing after = kind.applyTo(entry.earned, isSameEvidence);
        return after.reaches(Standing.POOLED) && !verified && analyst.isCapped(account) ? Standing.MARKED : after;
    }
}
