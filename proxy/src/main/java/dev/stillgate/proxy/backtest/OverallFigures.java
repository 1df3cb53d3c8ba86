package dev.stillgate.proxy.backtest;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Means over all campaigns with text.
 *
 * @param campaigns the number of campaigns
 * @param tokens the output tokens that they asked for
 * @param byTokens the means weighted by these tokens
 * @param mean the unweighted means
 */
record OverallFigures(int campaigns, long tokens, Means byTokens, Means mean) {

    /** The mean of each of the shares of {@link CampaignFigures}. */
    record Means(TextShares shares, TextShares shares44d, TextShares sharesAfter48h) {}

    static OverallFigures of(List<CampaignFigures> campaigns) {
        return new OverallFigures(
                campaigns.size(),
                campaigns.stream().mapToLong(CampaignFigures::tokens).sum(),
                means(campaigns, CampaignFigures::tokens),
                means(campaigns, campaign -> 1));
    }

    private static Means means(List<CampaignFigures> campaigns, ToDoubleFunction<CampaignFigures> weight) {
        return new Means(
                mean(campaigns, CampaignFigures::shares, weight),
                mean(campaigns, CampaignFigures::shares44d, weight),
                mean(campaigns, CampaignFigures::sharesAfter48h, weight));
    }

    private static TextShares mean(
            List<CampaignFigures> campaigns,
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
