package dev.stillgate.loadtests.campaign;

import dev.stillgate.proxy.backtest.TextVolume;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Figures of a closed loop that a backtest does not have, as written to the report.
 *
 * @param requests attempts of all clients
 * @param refusals refused attempts
 * @param judgements the operator's judgements
 * @param inQueue campaigns with five accounts in the queue or above within 48 hours, of all campaigns
 * @param farms farms of campaigns and how soon they were pooled
 * @param poolBudget requests a day of a pool (B), null if there was none
 * @param campaigns by name
 * @param all all campaigns together
 * @param honest honest accounts by group, by path of the first request, and all
 */
record PlayFigures(
        long requests,
        long refusals,
        Review judgements,
        Reached inQueue,
        Farms.Figures farms,
        @Nullable Double poolBudget,
        Map<String, Campaign> campaigns,
        Campaign all,
        Map<String, Honest> honest) {
    static final String CAMPAIGN = "campaign:";
    static final String ALL = "(all)";

    private static final String HONEST = "honest:";
    private static final int FIVE = 5;
    private static final double MILLIS_PER_HOUR = 3_600_000;
    private static final double TWO_DAYS = 48;
    private static final double MILLION = 1e6;

    /** Dollars of an account, and more for a verified one. They are assumptions, not measurements. */
    private static final double ACCOUNT_PRICE = 2;

    private static final double VERIFICATION_PRICE = 20;

    /** Counts of judgements. */
    record Review(int confirmed, int wronglyConfirmed, int acquitted, int wronglyAcquitted) {
        static Review of(SimulatedOperator.Judgements given) {
            return new Review(
                    given.rightlyConfirmed(),
                    given.wronglyConfirmed(),
                    given.rightlyAcquitted(),
                    given.wronglyAcquitted());
        }
    }

    /** Campaigns that reached a goal, of all campaigns. */
    record Reached(int campaigns, int of) {}

    /**
     * A campaign, or all.
     *
     * @param accounts accounts that sent a request
     * @param verified verified ones among them
     * @param price dollars that the accounts cost
     * @param perMillionFree dollars for a million tokens without a mark, null if there are none
     * @param perMillionTaken dollars for a million tokens with or without a mark, null if there are none
     * @param hoursToFiveInQueue from its first request until five accounts were in the queue or above, null for never
     * @param text output tokens of all responses that it wanted
     * @param wantedADay responses that it wants on a day (V), cover included
     * @param budgetShare share of them that one pool a campaign serves (B/V), null without a pool
     * @param deniable share of them beyond one pool a campaign (1 - B/V), null without a pool
     * @param newcomers accounts that it used first after one of its accounts was pooled
     */
    record Campaign(
            int accounts,
            long verified,
            double price,
            @Nullable Double perMillionFree,
            @Nullable Double perMillionTaken,
            @Nullable Double hoursToFiveInQueue,
            TextVolume text,
            double wantedADay,
            @Nullable Double budgetShare,
            @Nullable Double deniable,
            LateAccounts newcomers) {

        private static Campaign of(
                Collection<GroupTally> tallies, @Nullable Double hoursToFive, @Nullable Double budget) {
            double wanted = tallies.stream().mapToDouble(GroupTally::wantedADay).sum();
            TextVolume text = tallies.stream().map(GroupTally::text).reduce(TextVolume.NONE, TextVolume::plus);
            double price = tallies.stream().mapToDouble(PlayFigures::price).sum();
            return new Campaign(
                    tallies.stream().mapToInt(tally -> tally.accounts().size()).sum(),
                    tallies.stream().mapToLong(GroupTally::verified).sum(),
                    price,
                    perMillion(price, text.free()),
                    perMillion(price, text.free() + text.marked()),
                    hoursToFive,
                    text,
                    wanted,
                    budget == null || wanted == 0 ? null : (Double) (tallies.size() * budget / wanted),
                    budget == null || wanted == 0 ? null : (Double) (beyond(tallies, budget) / wanted),
                    LateAccounts.of(tallies));
        }

        private static double beyond(Collection<GroupTally> tallies, double budget) {
            return tallies.stream()
                    .mapToDouble(tally -> Math.max(0, tally.wantedADay() - budget))
                    .sum();
        }

        private static @Nullable Double perMillion(double price, long tokens) {
            return tokens == 0 ? null : (Double) (price / tokens * MILLION);
        }
    }

    /**
     * Honest accounts and what standings cost them.
     *
     * @param marked accounts that were ever marked or above
     * @param joined accounts that joined a rightly confirmed group under a standing order
     * @param joinedWrongly accounts that joined another group under a standing order
     * @param requests responses that they wanted
     * @param refusedByJoins those refused because of a standing to accounts that joined
     * @param refusedOtherwise those refused because of a standing to other accounts
     */
    record Honest(
            int accounts,
            long marked,
            long joined,
            long joinedWrongly,
            long requests,
            long refusedByJoins,
            long refusedOtherwise) {
        private static Honest of(List<AccountUse> uses) {
            long refused = uses.stream().mapToLong(use -> use.refused).sum();
            long byJoins = uses.stream()
                    .filter(AccountUse::isJoined)
                    .mapToLong(use -> use.refused)
                    .sum();
            return new Honest(
                    uses.size(),
                    uses.stream().filter(use -> use.markedAt >= 0).count(),
                    uses.stream()
                            .filter(use -> use.join == AccountUse.Join.RIGHT)
                            .count(),
                    uses.stream()
                            .filter(use -> use.join == AccountUse.Join.WRONG)
                            .count(),
                    uses.stream().mapToLong(use -> use.requests).sum(),
                    byJoins,
                    refused - byJoins);
        }
    }

    static PlayFigures of(
            ClosedLoop loop,
            SimulatedOperator operator,
            QueueWatch queue,
            Farms.Figures farms,
            @Nullable Double poolBudget) {
        Map<String, GroupTally> tallies = new TreeMap<>();
        Map<String, List<AccountUse>> honest = new TreeMap<>();
        loop.groups().forEach((label, tally) -> {
            if (label.startsWith(CAMPAIGN)) {
                tallies.put(label.substring(CAMPAIGN.length()), tally);
            } else if (label.startsWith(HONEST)) {
                for (AccountUse use : tally.accounts()) {
                    for (String row : List.of(label.substring(HONEST.length()), use.path, ALL)) {
                        honest.computeIfAbsent(row, absent -> new ArrayList<>()).add(use);
                    }
                }
            }
        });
        Map<String, Honest> rows = new LinkedHashMap<>();
        honest.forEach((row, uses) -> rows.put(row, Honest.of(uses)));
        Map<String, Campaign> campaigns = new LinkedHashMap<>();
        tallies.forEach((name, tally) ->
                campaigns.put(name, Campaign.of(List.of(tally), hoursToFive(tally, queue), poolBudget)));
        int early = (int) campaigns.values().stream()
                .filter(campaign -> campaign.hoursToFiveInQueue() != null && campaign.hoursToFiveInQueue() <= TWO_DAYS)
                .count();
        return new PlayFigures(
                loop.requests(),
                loop.refusals(),
                Review.of(operator.judgements()),
                new Reached(early, campaigns.size()),
                farms,
                poolBudget,
                campaigns,
                Campaign.of(tallies.values(), null, poolBudget),
                rows);
    }

    private static double price(GroupTally campaign) {
        return campaign.accounts().size() * ACCOUNT_PRICE + campaign.verified() * VERIFICATION_PRICE;
    }

    private static @Nullable Double hoursToFive(GroupTally tally, QueueWatch queue) {
        long[] times = tally.accounts().stream()
                .mapToLong(use -> queue.since(use.id))
                .sorted()
                .limit(FIVE)
                .toArray();
        return times.length < FIVE || times[FIVE - 1] == QueueWatch.NEVER
                ? null
                : (times[FIVE - 1] - tally.firstMillis()) / MILLIS_PER_HOUR;
    }
}
