package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LabelGroup.Membership;
import dev.stillgate.spi.Standing;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a backtest found. */
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

    /** A campaign as the report has it; a share of nothing is NaN, a median of nothing null. */
    record Campaign(
            int accounts,
            long exchanges,
            double harvestFraction,
            double harvestFraction44d,
            double belowMarked,
            long caught,
            @Nullable Double medianHoursToCatch) {}

    /** A group of honest accounts as the report has it: how many were ever at a rung or above. */
    record Honest(int accounts, long tightened, long marked, long blocked) {}

    /** All campaigns together: the unweighted means over those that have something to show. */
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

    private static long ever(LabelGroup group, Standing rung) {
        return group.members().stream()
                .filter(member -> member.account().everAt(rung))
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

    /** Returns how many strangers the group has: accounts of one organisation are one. */
    static Strangers strangers(LabelGroup group, Standing rung) {
        Set<String> all = new HashSet<>();
        Set<String> touched = new HashSet<>();
        for (Membership member : group.members()) {
            String organisation = member.account().account().organisation();
            String unit =
                    organisation == null ? "a " + member.account().account().id() : "o " + organisation;
            all.add(unit);
            if (member.account().everAt(rung)) {
                touched.add(unit);
            }
        }
        return new Strangers(all.size(), touched.size());
    }

    /** Accounts that have nothing to do with each other, and how many of them were ever at a rung. */
    record Strangers(int all, int touched) {}

    String policy() {
        return "sha256:" + sha256;
    }

    /** Returns how many exchanges were replayed. */
    public long exchanges() {
        return tally.exchanges();
    }

    Tally tally() {
        return tally;
    }

    Map<String, Long> rejected() {
        return tally.rejected();
    }

    /** Returns all accounts in the order of their ids, those without an exchange too. */
    Collection<LoggedAccount> accounts() {
        return accounts;
    }

    /** Returns the groups in the order of their names. */
    List<LabelGroup> groups() {
        return groups;
    }

    List<Explanations.Cluster> clusters() {
        return clusters;
    }

    /**
     * Returns the hour of the replay in which the filters had learnt enough to act, from 0; {@link LearningWatch#NEVER} when
     * they had not, {@link LearningWatch#NOTHING} when no filter learns.
     */
    long learntHour() {
        return learntHour;
    }

    /** Returns how many lines were broken and passed over. */
    public long broken() {
        return broken;
    }

    /** Returns how many answers ended before their time because too many were open. */
    public long endedEarly() {
        return endedEarly;
    }
}
