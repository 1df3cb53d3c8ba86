package dev.stillgate.loadtests.campaign.play;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The figures of a closed loop as plain text. */
final class PlayTable {
    private static final String LEGEND = """
            price: of the accounts that sent a request, in dollars, at assumed prices. per million: of the free tokens / of
            all tokens that left. five in queue: hours from the first request until five accounts were in the review queue,
            or at pooled or above.
            """;

    private PlayTable() {}

    static String of(PlayFigures figures) {
        StringBuilder out = new StringBuilder();
        row(out, "campaign", "accounts", "verified", "price", "per million free", "taken", "five in queue");
        figures.campaigns()
                .forEach((name, campaign) -> row(
                        out,
                        name,
                        Integer.toString(campaign.accounts()),
                        Long.toString(campaign.verified()),
                        number(campaign.price(), 0),
                        number(campaign.perMillionFree(), 2),
                        number(campaign.perMillionTaken(), 2),
                        number(campaign.hoursToFiveInQueue(), 1)));
        out.append(LEGEND);
        PlayFigures.Review review = figures.judgements();
        out.append("five in queue within 48 h: %d of %d campaigns%n"
                .formatted(figures.inQueue().campaigns(), figures.inQueue().of()));
        Farms.Figures farms = figures.farms();
        out.append("farms with one means of payment: %d, %d of %d accounts pooled within an hour%n"
                .formatted(farms.farms(), farms.pooledWithinAnHour(), farms.accounts()));
        out.append("judgements: %d confirmed rightly, %d wrongly, %d acquitted rightly, %d wrongly%n"
                .formatted(
                        review.confirmed(), review.wronglyConfirmed(), review.acquitted(), review.wronglyAcquitted()));
        return out.toString();
    }

    private static String number(@Nullable Double value, int decimals) {
        return value == null ? "-" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static void row(StringBuilder out, String... cells) {
        out.append(String.format("%-36s %9s %9s %9s %17s %9s %14s%n", (Object[]) cells));
    }
}
