package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.Map;

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
        Map<Standing, RungFigures> rungs) {
    private static final long TWO_DAYS = Duration.ofDays(2).toMillis();

    static CampaignFigures of(LabelGroup group) {
        TextVolumes volumes = group.volumes();
        return new CampaignFigures(
                group.members().size(),
                volumes.requests(),
                volumes.total().asked(),
                volumes.shares(),
                volumes.shares44d(),
                volumes.sharesAfter(TWO_DAYS),
                RungFigures.of(group));
    }
}
