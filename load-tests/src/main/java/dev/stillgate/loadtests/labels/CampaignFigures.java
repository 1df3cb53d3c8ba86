package dev.stillgate.loadtests.labels;

import dev.stillgate.proxy.backtest.LoggedAccount;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A campaign as written to the report. Cover traffic counts neither as a request nor as text.
 *
 * @param accounts the accounts with at least one exchange, cover included
 * @param exchanges the requests
 * @param tokens the output tokens that it asked for
 * @param shares the fate of its text in the log
 * @param shares44d the fate of its text in 44 days; see {@link TextVolumes#shares44d}
 * @param sharesAfter48h the fate of its text from 48 hours after its first request
 * @param rungs the accounts that reached each standing
 */
record CampaignFigures(
        int accounts,
        long exchanges,
        long tokens,
        TextShares shares,
        TextShares shares44d,
        TextShares sharesAfter48h,
        Map<Standing, Rung> rungs) {
    /** All standings above clear, in ascending order. */
    static final Set<Standing> RUNGS = EnumSet.complementOf(EnumSet.of(Standing.CLEAR));

    private static final long TWO_DAYS = Duration.ofDays(2).toMillis();
    private static final double MILLIS_PER_HOUR = 3_600_000;

    static CampaignFigures of(LabelGroup group) {
        TextVolumes volumes = group.volumes;
        Map<Standing, Rung> rungs = new EnumMap<>(Standing.class);
        RUNGS.forEach(rung -> rungs.put(rung, Rung.of(group.members, rung)));
        return new CampaignFigures(
                group.members.size(),
                volumes.requests(),
                volumes.total().asked(),
                volumes.shares(),
                volumes.shares44d(),
                volumes.sharesAfter(TWO_DAYS),
                rungs);
    }

    /**
     * The accounts that ever reached a standing or a higher one, and the time it took. Times are in hours, 0 if the
     * standing was reached before.
     *
     * @param accounts the number of accounts
     * @param hoursToFirst from the campaign's first exchange to the first account, null if no account reached it
     * @param hoursToNineInTen from the campaign's first exchange to nine in ten of its accounts, null if fewer reached it
     * @param ownHoursToNineInTen from an account's own first exchange, for nine in ten of the campaign's accounts; null
     *     if fewer reached it
     * @param medianHours the median over these accounts, each from its own first exchange; null if no account reached it
     */
    record Rung(
            int accounts,
            @Nullable Double hoursToFirst,
            @Nullable Double hoursToNineInTen,
            @Nullable Double ownHoursToNineInTen,
            @Nullable Double medianHours) {

        private static Rung of(Map<LoggedAccount, Long> members, Standing rung) {
            long begun =
                    members.values().stream().mapToLong(since -> since).min().orElse(0);
            double[] fromStart = hours(members, rung, member -> begun);
            double[] own = hours(members, rung, members::get);
            int reached = own.length;
            int nineInTen = (members.size() * 9 + 9) / 10;
            return new Rung(
                    reached,
                    reached == 0 ? null : fromStart[0],
                    reached == 0 || reached < nineInTen ? null : fromStart[nineInTen - 1],
                    reached == 0 || reached < nineInTen ? null : own[nineInTen - 1],
                    reached == 0 ? null : (own[reached / 2] + own[(reached - 1) / 2]) / 2);
        }

        /** Returns the sorted hours of the members that reached the rung. */
        private static double[] hours(
                Map<LoggedAccount, Long> members, Standing rung, ToLongFunction<LoggedAccount> from) {
            return members.keySet().stream()
                    .filter(member -> member.reachedAt(rung) >= 0)
                    .mapToDouble(
                            member -> Math.max(0, member.reachedAt(rung) - from.applyAsLong(member)) / MILLIS_PER_HOUR)
                    .sorted()
                    .toArray();
        }
    }

    /**
     * Means over all campaigns with text.
     *
     * @param campaigns the number of campaigns
     * @param tokens the output tokens that they asked for
     * @param byTokens the means weighted by these tokens
     * @param mean the unweighted means
     */
    record Overall(int campaigns, long tokens, Means byTokens, Means mean) {

        /** The mean of each of the shares of {@link CampaignFigures}. */
        record Means(TextShares shares, TextShares shares44d, TextShares sharesAfter48h) {}

        static Overall of(Collection<CampaignFigures> campaigns) {
            return new Overall(
                    campaigns.size(),
                    campaigns.stream().mapToLong(CampaignFigures::tokens).sum(),
                    means(campaigns, CampaignFigures::tokens),
                    means(campaigns, campaign -> 1));
        }

        private static Means means(Collection<CampaignFigures> campaigns, ToDoubleFunction<CampaignFigures> weight) {
            return new Means(
                    mean(campaigns, CampaignFigures::shares, weight),
                    mean(campaigns, CampaignFigures::shares44d, weight),
                    mean(campaigns, CampaignFigures::sharesAfter48h, weight));
        }

        private static TextShares mean(
                Collection<CampaignFigures> campaigns,
                Function<CampaignFigures, TextShares> of,
                ToDoubleFunction<CampaignFigures> weight) {
            TextShares mean = TextShares.NONE;
            double sum = 0;
            for (CampaignFigures campaign : campaigns) {
                TextShares shares = of.apply(campaign);
                if (!shares.isNone()) {
                    double more = weight.applyAsDouble(campaign);
                    sum += more;
                    mean = mean.isNone() ? shares : shares.mixed(more / sum, mean);
                }
            }
            return mean;
        }
    }
}
