package dev.stillgate.loadtests.labels;

import dev.stillgate.loadtests.labels.CampaignFigures.Overall;
import dev.stillgate.loadtests.labels.CampaignFigures.Rung;
import dev.stillgate.loadtests.labels.HonestFigures.Affected;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The figures of labels as plain text: the fate of the campaigns' text, the time until each standing, and the honest
 * accounts that were refused or reached a standing.
 */
public final class LabelTables {
    private static final String LEGEND = """
            Shares of the output tokens of all answers that a campaign asked for.
            refused: never left the gateway, counted with the logged usage. marked: prose that left with a group's key.
            free: left without a mark, delayed or not; code, tool calls and reasoning of a marked answer are free.
            """;

    private static final String OPEN_LOOP = """
            44 d: the shares if the campaign goes on for 44 days as in the last quarter of its time.
            Open loop: requests come as logged. A replay cannot show the reaction of an actor who is refused.
            """;

    private static final String CLOSED_LOOP = """
            48 h: the shares from 48 hours after the campaign's first request.
            Closed loop: clients and campaigns react to refusals. An answer is refused if no attempt got it.
            """;

    private static final String RUNGS_LEGEND = """
            Accounts that ever had a standing or a higher one, and in brackets the hours from the campaign's first request to
            its first such account / %s.

            """;
    private static final String OPEN_RUNGS = RUNGS_LEGEND.formatted("to nine in ten of its accounts");
    private static final String CLOSED_RUNGS =
            RUNGS_LEGEND.formatted("for nine in ten of its accounts from the account's own first request");
    private static final String UNMARKED = "Nothing is marked: no canary filter runs in this policy.\n";

    private static final String HONEST_LEGEND = """
            refused: requests refused because of a standing, that is with a standing's code, or for a limit at pooled and
            above. accounts: accounts with such a request. marked text: share of the output tokens. In brackets: the upper
            bound of the share at 95 %, one-sided (Clopper-Pearson). It takes requests as independent, which is too narrow if
            few accounts have all refusals; accounts of one organisation count once.

            """;

    /** The minimum size of a cluster of the fingerprint filter. */
    private static final int FEWEST_ACCOUNTS = 10;

    private static final int NAME_WIDTH = 36;
    private static final int RUNG_WIDTH = 18;
    private static final int[] TEXT_ROW = {NAME_WIDTH, 9, 14, 9, 9, 9, 13, 9, 9};
    private static final int[] HONEST_ROW = {NAME_WIDTH, 9, 12, 11, 22, 20, 12};
    private static final int[] RUNG_ROW = new int[1 + CampaignFigures.RUNGS.size()];

    static {
        Arrays.fill(RUNG_ROW, RUNG_WIDTH);
        RUNG_ROW[0] = NAME_WIDTH;
    }

    private final StringBuilder out = new StringBuilder();
    private final boolean closed;

    private LabelTables(boolean closed) {
        this.closed = closed;
    }

    /**
     * Returns the tables; empty if nothing was labelled.
     *
     * @param marks whether a canary filter marks text
     */
    public static String of(Labels labels, boolean marks) {
        LabelTables tables = new LabelTables(labels.isClosedLoop());
        Map<String, CampaignFigures> campaigns = labels.campaigns();
        if (!campaigns.isEmpty()) {
            tables.campaigns(campaigns, marks);
        }
        Map<String, HonestFigures> honest = labels.honestGroups();
        if (honest.size() > 1) {
            honest.put("(all)", labels.honest());
        }
        if (!honest.isEmpty()) {
            tables.honest(honest);
        }
        return tables.out.toString();
    }

    private void campaigns(Map<String, CampaignFigures> campaigns, boolean marks) {
        String later = closed ? "48 h: refused" : "44 d: refused";
        row(TEXT_ROW, "campaign", "accounts", "tokens", "refused", "marked", "free", later, "marked", "free");
        campaigns.forEach((name, found) -> texts(
                name,
                found.accounts(),
                count(found.tokens()),
                found.shares(),
                closed ? found.sharesAfter48h() : found.shares44d()));
        Overall overall = Overall.of(campaigns.values());
        mean("all, by tokens", count(overall.tokens()), overall.byTokens());
        mean("mean of " + overall.campaigns(), "", overall.mean());
        out.append(marks ? "" : UNMARKED).append(LEGEND);
        out.append(closed ? CLOSED_LOOP : OPEN_LOOP).append('\n');
        rungs("campaign", CampaignFigures.RUNGS.stream().map(rung -> rung.name().toLowerCase(Locale.ROOT)));
        campaigns.forEach(
                (name, found) -> rungs(name, found.rungs().values().stream().map(this::rung)));
        out.append(closed ? CLOSED_RUNGS : OPEN_RUNGS);
        String few = campaigns.entrySet().stream()
                .filter(campaign -> campaign.getValue().accounts() < FEWEST_ACCOUNTS)
                .map(campaign -> campaign.getKey() + " (" + campaign.getValue().accounts() + ")")
                .collect(Collectors.joining(", "));
        if (!few.isEmpty()) {
            out.append("too few accounts to be found: ")
                    .append(few)
                    .append("; a cluster has at least ten accounts\n\n");
        }
    }

    private void mean(String name, String tokens, Overall.Means means) {
        texts(name, "", tokens, means.shares(), closed ? means.sharesAfter48h() : means.shares44d());
    }

    private void texts(String name, Object accounts, String tokens, TextShares logged, TextShares later) {
        row(
                TEXT_ROW,
                name,
                accounts,
                tokens,
                percent(logged.refused()),
                percent(logged.marked()),
                percent(logged.free()),
                percent(later.refused()),
                percent(later.marked()),
                percent(later.free()));
    }

    /** Returns the cell of a standing. In closed loop campaigns add accounts, so that times are the accounts' own. */
    private String rung(Rung found) {
        Double nineInTen = closed ? found.ownHoursToNineInTen() : found.hoursToNineInTen();
        return found.accounts() == 0
                ? "0"
                : found.accounts() + " (" + hours(found.hoursToFirst()) + " / " + hours(nineInTen) + ")";
    }

    private void honest(Map<String, HonestFigures> groups) {
        row(HONEST_ROW, "honest", "accounts", "independent", "requests", "refused", "accounts", "marked text");
        groups.forEach((name, found) -> row(
                HONEST_ROW,
                name,
                found.accounts(),
                found.independent(),
                count(found.exchanges()),
                bounded(found.refusedForStanding(), found.refusedForStandingBound95()),
                bounded(found.accountsRefused()),
                percent(found.shares().marked())));
        out.append(HONEST_LEGEND);
        rungs("honest", CampaignFigures.RUNGS.stream().map(rung -> rung.name().toLowerCase(Locale.ROOT)));
        groups.forEach(
                (name, found) -> rungs(name, found.rungs().values().stream().map(LabelTables::bounded)));
        out.append('\n');
    }

    private void rungs(String name, Stream<String> cells) {
        row(RUNG_ROW, Stream.concat(Stream.of(name), cells).toArray());
    }

    /** Appends a row: the first column is aligned left, all others right. */
    private void row(int[] widths, Object... cells) {
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i].toString();
            String pad = " ".repeat(Math.max(0, widths[i] - cell.length()));
            out.append(i == 0 ? cell + pad : ' ' + pad + cell);
        }
        out.append('\n');
    }

    private static String bounded(Affected affected) {
        return bounded(affected.accounts(), affected.bound95());
    }

    private static String bounded(long count, double bound) {
        return count(count) + String.format(Locale.ROOT, " (<= %.3f %%)", bound * 100);
    }

    /** Returns a share in percent, {@code -} for NaN. */
    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f %%", share * 100);
    }

    /** Returns hours with one decimal, {@code -} for null. */
    private static String hours(@Nullable Double hours) {
        return hours == null ? "-" : String.format(Locale.ROOT, "%.1f", hours);
    }

    /** Returns a count with separators of thousands. */
    private static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
