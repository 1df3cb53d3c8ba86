package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.likeness.CampaignModel;
import dev.stillgate.fingerprint.likeness.Proposal;
import dev.stillgate.fingerprint.likeness.Reach;
import dev.stillgate.fingerprint.likeness.Resemblance;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Clusters;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.spi.Standing;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Accounts that resemble a confirmed campaign. They are marked if the resemblance justifies it. Those that are
 * proposed to an operator join the cluster of the campaign, and leave it when they have not been proposed for a day and
 * are clear. Not thread-safe.
 */
final class ResemblingAccounts {
    /** Name of the link, and the reason of a standing. */
    private static final String LIKENESS = "likeness";

    private static final long LEAVE_AFTER = 86_400_000L;

    private final Clusters clusters;
    private final Ladder ladder;
    private final Map<String, Joined> joined = new HashMap<>();

    /**
     * Membership by resemblance.
     *
     * @param last milliseconds since the epoch of the last search that found the account
     */
    private record Joined(String cluster, long last) {}

    ResemblingAccounts(Clusters clusters, Ladder ladder) {
        this.clusters = clusters;
        this.ladder = ladder;
    }

    /** Applies the result of a search, and returns whether a cluster was confirmed or has changed. */
    boolean apply(LikenessSearch search, AccountTable table, AnalysisSettings settings, long now) {
        Map<CampaignModel, Cluster> campaigns = new HashMap<>();
        for (Proposal proposal : search.proposals()) {
            campaigns.put(proposal.model(), join(proposal, table, settings.review(), now));
        }
        for (Resemblance found : search.found()) {
            Cluster cluster = campaigns.getOrDefault(
                    found.model(), clusters.find(found.model().id()));
            if (!found.isReference() && cluster != null) {
                Standing rung = found.reach().compareTo(Reach.MARKED) < 0 ? Standing.CLEAR : Standing.MARKED;
                climb(table.index().id(found.account()), rung, cluster, now);
            }
        }
        int before = joined.size();
        leave(now);
        return joined.size() < before || !search.proposals().isEmpty();
    }

    private Cluster join(Proposal proposal, AccountTable table, ReviewSettings review, long now) {
        List<String> members = proposal.accounts().stream()
                .map(account -> table.index().id(account.account()))
                .toList();
        Link link = new Link(
                LinkKind.BOUNDED,
                LIKENESS,
                members.size(),
                proposal.accounts().get(members.size() / 2).score(),
                review.promise().falseDiscoveries());
        Cluster cluster = clusters.join(proposal.model().id(), link, members, now);
        members.forEach(member -> joined.put(member, new Joined(cluster.id, now)));
        return cluster;
    }

    /**
     * Raises an account, unless another cluster already justifies as much. The evidence of dealt work is
     * unchanged.
     */
    private void climb(String account, Standing rung, Cluster cluster, long now) {
        AccountStanding entry = ladder.find(account);
        boolean isMember = entry != null && cluster.id.equals(entry.cluster);
        if (entry != null && entry.cluster != null && !isMember && entry.earned.reaches(rung)) {
            return;
        }
        double evidence = entry != null && isMember ? entry.evidence : 0;
        ladder.climb(account, rung, evidence, cluster.reasons, cluster.id, now);
    }

    private void leave(long now) {
        for (Iterator<Map.Entry<String, Joined>> each = joined.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<String, Joined> member = each.next();
            if (now - member.getValue().last() >= LEAVE_AFTER) {
                if (ladder.isClear(member.getKey())) {
                    clusters.leave(member.getValue().cluster(), member.getKey());
                    each.remove();
                } else if (ladder.label(member.getKey()) != null) {
                    each.remove();
                }
            }
        }
    }

    void forget(String account) {
        joined.remove(account);
    }
}
