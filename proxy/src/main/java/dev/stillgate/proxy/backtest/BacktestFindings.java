package dev.stillgate.proxy.backtest;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The results of a backtest. */
public final class BacktestFindings {
    private final String sha256;
    private final Tally tally;
    private final Collection<LoggedAccount> accounts;
    private final List<LabelGroup> groups;
    private final List<Explanations.Cluster> clusters;
    private final long broken;
    private final long endedEarly;
    private final boolean closedLoop;

    BacktestFindings(
            String sha256,
            Tally tally,
            LogAccounts population,
            List<LabelGroup> groups,
            List<Explanations.Cluster> clusters,
            long broken,
            long endedEarly,
            boolean closedLoop) {
        this.sha256 = sha256;
        this.tally = tally;
        this.accounts = population.sorted();
        this.groups = groups;
        this.clusters = clusters;
        this.broken = broken;
        this.endedEarly = endedEarly;
        this.closedLoop = closedLoop;
    }

    /** Returns whether clients reacted to the responses; otherwise requests came as logged. */
    boolean isClosedLoop() {
        return closedLoop;
    }

    /** Returns the means over all campaigns. */
    OverallFigures overall() {
        return OverallFigures.of(campaigns().stream().map(CampaignFigures::of).toList());
    }

    /** Returns the figures over all groups of honest accounts. */
    HonestFigures honest() {
        return HonestFigures.of(honestGroups());
    }

    List<LabelGroup> campaigns() {
        return groups.stream().filter(LabelGroup::isCampaign).toList();
    }

    List<LabelGroup> honestGroups() {
        return groups.stream().filter(group -> !group.isCampaign()).toList();
    }

    String policy() {
        return "sha256:" + sha256;
    }

    /** Returns the number of replayed exchanges. */
    public long exchanges() {
        return tally.exchanges();
    }

    Tally tally() {
        return tally;
    }

    /** Returns whether the policy has a filter that marks answers. */
    boolean hasCanary() {
        return tally.runs("canary");
    }

    Map<String, Long> rejected() {
        return tally.rejected();
    }

    /** Returns all accounts sorted by id, including accounts without an exchange. */
    Collection<LoggedAccount> accounts() {
        return accounts;
    }

    /** Returns the groups sorted by name. */
    List<LabelGroup> groups() {
        return groups;
    }

    List<Explanations.Cluster> clusters() {
        return clusters;
    }

    /** Returns the number of skipped broken lines. */
    public long broken() {
        return broken;
    }

    /** Returns the number of responses that were treated as ended early, because too many were open. */
    public long endedEarly() {
        return endedEarly;
    }
}
