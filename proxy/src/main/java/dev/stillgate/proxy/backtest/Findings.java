package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LabelGroup.Membership;
import dev.stillgate.spi.Standing;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The results of a backtest. */
public final class Findings {
    private static final double MILLIS_PER_HOUR = 3_600_000;

    private final String sha256;
    private final Tally tally;
    private final Collection<LoggedAccount> accounts;
    private final List<LabelGroup> groups;
    private final List<Explanations.Cluster> clusters;
    private final long learntHour;
    private final long broken;
    private final long endedEarly;

    Findings(
            String sha256,
            Tally tally,
            Population population,
            List<LabelGroup> groups,
            List<Explanations.Cluster> clusters,
            long learntHour,
            long broken,
            long endedEarly) {
        this.sha256 = sha256;
        this.tally = tally;
        this.accounts = population.sorted();
        this.groups = groups;
        this.clusters = clusters;
        this.learntHour = learntHour;
        this.broken = broken;
        this.endedEarly = endedEarly;
    }

    /** A campaign as written to the report. Fractions without a denominator are NaN, a missing median is null. */
    record Campaign(
            int accounts,
            long exchanges,
            double harvestFraction,
            double harvestFraction44d,
            double belowMarked,
            long caught,
            @Nullable Double medianHoursToCatch) {}

    /**
     * A group of honest accounts as written to the report, with the number of accounts that ever reached each standing.
     */
    record Honest(int accounts, long tightened, long marked, long blocked) {}

    /** The unweighted means over all campaigns, ignoring missing values. */
    record Overall(int campaigns, double harvestFraction, double harvestFraction44d, double belowMarked) {}

    static Campaign campaign(LabelGroup group) {
        double[] hours = group.members().stream()
                .filter(member -> member.account().markedAt() >= 0)
                .mapToDouble(member -> Math.max(0, member.account().markedAt() - member.since()) / MILLIS_PER_HOUR)
                .sorted()
                .toArray();
        int accounts = group.members().size();
        Harvest harvest = group.harvest();
        return new Campaign(
                accounts,
                harvest.exchanges(),
                harvest.fraction(),
                harvest.fraction44d(),
                1 - (double) hours.length / accounts,
                hours.length,
                hours.length == 0 ? null : (hours[hours.length / 2] + hours[(hours.length - 1) / 2]) / 2);
    }

    static Honest honest(LabelGroup group) {
        return new Honest(
                group.members().size(),
                ever(group, Standing.TIGHTENED),
                ever(group, Standing.MARKED),
                ever(group, Standing.BLOCKED));
    }

    private static long ever(LabelGroup group, Standing standing) {
        return group.members().stream()
                .filter(member -> member.account().everAt(standing))
                .count();
    }

    Overall overall() {
        List<Campaign> campaigns = groups.stream()
                .filter(LabelGroup::isCampaign)
                .map(Findings::campaign)
                .toList();
        return new Overall(
                campaigns.size(),
                mean(campaigns.stream().mapToDouble(Campaign::harvestFraction).toArray()),
                mean(campaigns.stream()
                        .mapToDouble(Campaign::harvestFraction44d)
                        .toArray()),
                mean(campaigns.stream().mapToDouble(Campaign::belowMarked).toArray()));
    }

    private static double mean(double[] values) {
        double sum = 0;
        int count = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                sum += value;
                count++;
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    /** Returns the number of independent units in the group; the accounts of one organisation are one unit. */
    static IndependentUnits independentUnits(LabelGroup group, Standing standing) {
        Set<String> all = new HashSet<>();
        Set<String> affected = new HashSet<>();
        for (Membership member : group.members()) {
            String organisation = member.account().account().organisation();
            String unit =
                    organisation == null ? "a " + member.account().account().id() : "o " + organisation;
            all.add(unit);
            if (member.account().everAt(standing)) {
                affected.add(unit);
            }
        }
        return new IndependentUnits(all.size(), affected.size());
    }

    /** Counts of independent units, and of those with an account that ever reached a standing. */
    record IndependentUnits(int all, int affected) {}

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

    /**
     * Returns the hour of the replay, from 0, in which the filters had learnt enough to act; {@link
     * LearningWatch#NEVER} if they had not, {@link LearningWatch#NOTHING} if no filter learns.
     */
    long learntHour() {
        return learntHour;
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
