package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Effects that each order of an operator on a cluster would have on its present members. */
final class OrderEffects {
    private final Analyst analyst;
    private final Cluster cluster;
    private final long now;

    /** @param now milliseconds since the epoch */
    OrderEffects(Analyst analyst, Cluster cluster, long now) {
        this.analyst = analyst;
        this.cluster = cluster;
        this.now = now;
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
        shown.put("set", cluster.accounts.stream().filter(this::isSet).count());
        shown.put("judgementSeconds", analyst.settings().review().expireAfter().toSeconds());
        shown.put("standingSeconds", analyst.settings().expireAfter().toSeconds());
        return shown;
    }

    private boolean isSet(String account) {
        AccountStanding entry = analyst.ladder().find(account);
        return entry != null && entry.pinned != null;
    }

    /** @param verified whether verified accounts are confirmed too */
    private Map<String, Object> confirm(boolean verified) {
        LabelActions labels = new LabelActions(analyst, now);
        List<String> members = new ArrayList<>();
        for (String account : cluster.accounts) {
            if (!labels.isSpared(account, verified)) {
                members.add(account);
            }
        }
        boolean pools = labels.pools(members, labels.pool(members));
        return effect(members, pools ? Standing.POOLED : Standing.TIGHTENED, verified);
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
        AccountStanding entry = analyst.ladder().find(account);
        if (entry == null) {
            return becomes;
        }
        if (entry.pinned != null) {
            return entry.pinned;
        }
        LabelKind kind = becomes == Standing.CLEAR ? LabelKind.REFUTED : LabelKind.CONFIRMED;
        Standing after = new Label(kind, "", "", now, now, cluster.id, becomes == Standing.POOLED, verified)
                .applyTo(entry.earned, entry.cluster);
        return after.reaches(Standing.TIGHTENED) && !verified && analyst.isCapped(account) ? Standing.MARKED : after;
    }
}
