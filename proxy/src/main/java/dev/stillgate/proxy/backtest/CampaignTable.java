package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.OverallFigures.Means;
import java.util.List;
import java.util.stream.Collectors;

/** The campaigns of a backtest as plain text: the fate of their text, and the time until each standing. */
final class CampaignTable {
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

    private static final String OPEN_RUNGS = """
            Accounts that ever had a standing or a higher one, and in brackets the hours from the campaign's first request to
            its first such account / to nine in ten of its accounts.

            """;

    private static final String CLOSED_RUNGS = """
            Accounts that ever had a standing or a higher one, and in brackets the hours from the campaign's first request to
            its first such account / for nine in ten of its accounts from the account's own first request.

            """;

    private static final String UNMARKED = "Nothing is marked: no canary filter runs in this policy.\n";

    /** The minimum size of a cluster of the fingerprint filter. */
    private static final int FEWEST_ACCOUNTS = 10;

    private static final int[] TEXT_ROW = {TextTable.NAME, 9, 14, 9, 9, 9, 13, 9, 9};

    private CampaignTable() {}

    /** Appends the table; nothing if there is no campaign. */
    static void append(BacktestFindings findings, StringBuilder out) {
        List<LabelGroup> groups = findings.campaigns();
        if (groups.isEmpty()) {
            return;
        }
        TextTable texts = new TextTable(out, TEXT_ROW);
        boolean closed = findings.isClosedLoop();
        String later = closed ? "48 h: refused" : "44 d: refused";
        texts.row("campaign", "accounts", "tokens", "refused", "marked", "free", later, "marked", "free");
        for (LabelGroup group : groups) {
            CampaignFigures found = CampaignFigures.of(group);
            TextShares laterShares = closed ? found.sharesAfter48h() : found.shares44d();
            texts(texts, group.shortName(), found.accounts(), found.tokens(), found.shares(), laterShares);
        }
        OverallFigures overall = findings.overall();
        mean(texts, "all, by tokens", overall.tokens(), overall.byTokens(), closed);
        mean(texts, "mean of " + overall.campaigns(), "", overall.mean(), closed);
        out.append(findings.hasCanary() ? "" : UNMARKED).append(LEGEND);
        out.append(closed ? CLOSED_LOOP : OPEN_LOOP).append('\n');
        rungs(groups, closed, out);
        String few = groups.stream()
                .filter(group -> group.members().size() < FEWEST_ACCOUNTS)
                .map(group -> group.shortName() + " (" + group.members().size() + ")")
                .collect(Collectors.joining(", "));
        if (!few.isEmpty()) {
            out.append("too few accounts to be found: ")
                    .append(few)
                    .append("; a cluster has at least ten accounts\n\n");
        }
    }

    private static void mean(TextTable table, String name, Object tokens, Means means, boolean closed) {
        texts(table, name, "", tokens, means.shares(), closed ? means.sharesAfter48h() : means.shares44d());
    }

    private static void texts(
            TextTable table, String name, Object accounts, Object tokens, TextShares logged, TextShares later) {
        table.row(
                name,
                accounts,
                tokens instanceof Long count ? TextTable.count(count) : tokens,
                TextTable.percent(logged.refused()),
                TextTable.percent(logged.marked()),
                TextTable.percent(logged.free()),
                TextTable.percent(later.refused()),
                TextTable.percent(later.marked()),
                TextTable.percent(later.free()));
    }

    private static void rungs(List<LabelGroup> groups, boolean closed, StringBuilder out) {
        TextTable table = TextTable.byRung(out, "campaign");
        groups.forEach(group -> table.row(
                group.shortName(), RungFigures.of(group).values().stream().map(found -> rung(found, closed))));
        out.append(closed ? CLOSED_RUNGS : OPEN_RUNGS);
    }

    /** Returns the cell of a standing. In closed loop campaigns add accounts, so that times are the accounts' own. */
    private static String rung(RungFigures found, boolean closed) {
        Double nineInTen = closed ? found.ownHoursToNineInTen() : found.hoursToNineInTen();
        return found.accounts() == 0
                ? "0"
                : found.accounts() + " (" + TextTable.hours(found.hoursToFirst()) + " / " + TextTable.hours(nineInTen)
                        + ")";
    }
}
