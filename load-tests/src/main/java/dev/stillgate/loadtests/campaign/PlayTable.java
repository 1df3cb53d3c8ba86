package dev.stillgate.loadtests.campaign;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The figures of a closed loop as plain text. */
final class PlayTable {
    private static final String LEGEND = """
            Output tokens of all answers that a campaign wanted: refused, marked, and free. price: of the accounts that sent a
            request, in dollars, at assumed prices; of a million free tokens; of a million tokens that left. five in queue:
            hours from the first request until five accounts were in the review queue or pooled.

            """;
    private static final String NEWCOMERS_LEGEND = """
            Accounts that a campaign used first after one of its accounts was pooled: those that were pooled, those that joined
            under a standing order, and what an account got before its own pool, as median / nine in ten; "-" stands for
            accounts that were never pooled. V: answers wanted a day. B: requests a day of a pool.

            """;
    private static final String HONEST_LEGEND = """
            Honest accounts that were ever marked or above, that joined a rightly confirmed group under a standing order, or a
            group confirmed by mistake, and requests refused because of a standing: to accounts that joined / to others.

            """;

    private final StringBuilder out = new StringBuilder();
    private final PlayFigures figures;

    private PlayTable(PlayFigures figures) {
        this.figures = figures;
    }

    static String of(PlayFigures figures) {
        PlayTable table = new PlayTable(figures);
        table.campaigns();
        table.newcomers();
        table.honest();
        table.summary();
        return table.out.toString();
    }

    private void campaigns() {
        row(
                "campaign",
                "accounts",
                "verified",
                "refused",
                "marked",
                "free",
                "price",
                "million free",
                "million left",
                "five in queue");
        figures.campaigns().forEach(this::campaign);
        campaign(PlayFigures.ALL, figures.all());
        out.append(LEGEND);
    }

    private void campaign(String name, PlayFigures.Campaign campaign) {
        row(
                name,
                number(campaign.accounts()),
                number(campaign.verified()),
                number(campaign.text().refused()),
                number(campaign.text().marked()),
                number(campaign.text().free()),
                number(campaign.price()),
                number(campaign.perMillionFree(), 2),
                number(campaign.perMillionTaken(), 2),
                number(campaign.hoursToFiveInQueue(), 1));
    }

    private void newcomers() {
        row("newcomers", "accounts", "pooled", "joined", "conversations", "tokens", "hours", "V", "B/V", "1-B/V");
        figures.campaigns().forEach(this::newcomers);
        newcomers(PlayFigures.ALL, figures.all());
        out.append(NEWCOMERS_LEGEND);
    }

    private void newcomers(String name, PlayFigures.Campaign campaign) {
        LateAccounts newcomers = campaign.newcomers();
        row(
                name,
                number(newcomers.accounts()),
                number(newcomers.pooled()),
                number(newcomers.joined()),
                spread(newcomers.conversations(), 0),
                spread(newcomers.tokens(), 0),
                spread(newcomers.hours(), 1),
                number(campaign.wantedADay()),
                number(campaign.budgetShare(), 2),
                number(campaign.deniable(), 2));
    }

    private void honest() {
        row("honest", "accounts", "marked", "joined", "by mistake", "requests", "refused");
        figures.honest()
                .forEach((name, use) -> row(
                        name,
                        number(use.accounts()),
                        number(use.marked()),
                        number(use.joined()),
                        number(use.joinedWrongly()),
                        number(use.requests()),
                        number(use.refusedByJoins()) + " / " + number(use.refusedOtherwise())));
        out.append(HONEST_LEGEND);
    }

    private void summary() {
        out.append("B: %s requests a day%n".formatted(number(figures.poolBudget(), 0)));
        out.append("five in queue within 48 h: %d of %d campaigns%n"
                .formatted(figures.inQueue().campaigns(), figures.inQueue().of()));
        Farms.Figures farms = figures.farms();
        out.append("farms with one means of payment: %d, %d of %d accounts pooled within an hour%n"
                .formatted(farms.farms(), farms.pooledWithinAnHour(), farms.accounts()));
        PlayFigures.Review review = figures.judgements();
        out.append("judgements: %d confirmed rightly, %d wrongly, %d acquitted rightly, %d wrongly%n"
                .formatted(
                        review.confirmed(), review.wronglyConfirmed(), review.acquitted(), review.wronglyAcquitted()));
    }

    private static String spread(LateAccounts.Spread spread, int decimals) {
        return number(spread.median(), decimals) + " / " + number(spread.nineInTen(), decimals);
    }

    private static String number(Number value) {
        return number((Double) value.doubleValue(), 0);
    }

    private static String number(@Nullable Double value, int decimals) {
        return value == null ? "-" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private void row(String name, String... cells) {
        out.append(String.format("%-24s", name));
        for (String cell : cells) {
            out.append(String.format(" %12s", cell));
        }
        out.append(System.lineSeparator());
    }
}
