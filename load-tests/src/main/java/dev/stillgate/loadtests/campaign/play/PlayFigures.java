package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.proxy.backtest.TextVolume;
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
 * @param campaigns by name
 */
record PlayFigures(
        long requests,
        long refusals,
        Review judgements,
        Reached inQueue,
        Farms.Figures farms,
        Map<String, Campaign> campaigns) {
    static final String CAMPAIGN = "campaign:";

    private static final int FIVE = 5;
    private static final double MILLIS_PER_HOUR = 3_600_000;
    private static final double TWO_DAYS = 48;

    /** Counts of judgements. */
    record Review(int confirmed, int wronglyConfirmed, int acquitted, int wronglyAcquitted) {
        static Review of(Operator.Judgements given) {
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
     * A campaign.
     *
     * @param accounts accounts that sent a request
     * @param verified verified ones among them
     * @param price dollars that the accounts cost
     * @param perMillionFree dollars for a million tokens without a mark, null if there are none
     * @param perMillionTaken dollars for a million tokens with or without a mark, null if there are none
     * @param hoursToFiveInQueue from its first request until five accounts were in the queue or above, null for never
     */
    record Campaign(
            int accounts,
            long verified,
            double price,
            @Nullable Double perMillionFree,
            @Nullable Double perMillionTaken,
            @Nullable Double hoursToFiveInQueue) {

        static Campaign of(CampaignTally tally, Prices prices, QueueWatch queue) {
            TextVolume text = tally.text();
            double price = prices.of(tally);
            return new Campaign(
                    tally.accounts().size(),
                    tally.verified(),
                    price,
                    known(Prices.perMillion(price, text.free())),
                    known(Prices.perMillion(price, text.free() + text.marked())),
                    hoursToFive(tally, queue));
        }

        private static @Nullable Double known(double price) {
            return Double.isNaN(price) ? null : price;
        }

        private static @Nullable Double hoursToFive(CampaignTally tally, QueueWatch queue) {
            long[] times = tally.accounts().stream()
                    .mapToLong(queue::since)
                    .sorted()
                    .limit(FIVE)
                    .toArray();
            return times.length < FIVE || times[FIVE - 1] == QueueWatch.NEVER
                    ? null
                    : (times[FIVE - 1] - tally.firstMillis()) / MILLIS_PER_HOUR;
        }
    }

    static PlayFigures of(ClosedLoop loop, Operator operator, Prices prices, QueueWatch queue, Farms.Figures farms) {
        Map<String, Campaign> campaigns = new TreeMap<>();
        loop.campaigns()
                .forEach((label, tally) ->
                        campaigns.put(label.substring(CAMPAIGN.length()), Campaign.of(tally, prices, queue)));
        int early = (int) campaigns.values().stream()
                .filter(campaign -> campaign.hoursToFiveInQueue() != null && campaign.hoursToFiveInQueue() <= TWO_DAYS)
                .count();
        return new PlayFigures(
                loop.requests(),
                loop.refusals(),
                Review.of(operator.judgements()),
                new Reached(early, campaigns.size()),
                farms,
                campaigns);
    }
}
