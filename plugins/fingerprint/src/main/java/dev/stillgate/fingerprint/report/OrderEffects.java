package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
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
        shown.put("refute", effect(List.copyOf(cluster.accounts), Standing.CLEAR, 0));
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
        return effect(members, pools ? Standing.POOLED : Standing.TIGHTENED, cluster.accounts.size() - members.size());
    }

    private Map<String, Object> effect(List<String> members, Standing becomes, int spared) {
        Map<String, Integer> from = new TreeMap<>();
        members.forEach(member -> from.merge(PageValues.name(analyst.standing(member)), 1, Integer::sum));
        Map<String, Object> effect = new LinkedHashMap<>();
        effect.put("accounts", members.size());
        effect.put("from", from);
        effect.put("becomes", PageValues.name(becomes));
        effect.put("spared", spared);
        return effect;
    }
}
