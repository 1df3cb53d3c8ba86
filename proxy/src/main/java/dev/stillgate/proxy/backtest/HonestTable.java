package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.HonestFigures.Affected;
import java.util.List;
import java.util.Locale;

/** The honest accounts of a backtest as plain text: refusals because of a standing, and the accounts at each one. */
final class HonestTable {
    private static final String LEGEND = """
            refused: requests refused because of a standing, that is with a standing's code, or for a limit at pooled and
            above. accounts: accounts with such a request. marked text: share of the output tokens. In brackets: the upper
            bound of the share at 95 %, one-sided (Clopper-Pearson). It takes requests as independent, which is too narrow if
            few accounts have all refusals; accounts of one organisation count once.

            """;

    private static final int[] REQUESTS_ROW = {TextTable.NAME, 9, 12, 11, 22, 20, 12};

    private HonestTable() {}

    /** Appends the table; nothing if there is no group of honest accounts. */
    static void append(BacktestFindings findings, StringBuilder out) {
        List<LabelGroup> groups = findings.honestGroups();
        if (groups.isEmpty()) {
            return;
        }
        TextTable requests = new TextTable(out, REQUESTS_ROW);
        requests.row("honest", "accounts", "independent", "requests", "refused", "accounts", "marked text");
        groups.forEach(group -> requests(requests, group.shortName(), HonestFigures.of(group)));
        if (groups.size() > 1) {
            requests(requests, "(all)", findings.honest());
        }
        out.append(LEGEND);
        TextTable rungs = TextTable.byRung(out, "honest");
        groups.forEach(group -> rungs(rungs, group.shortName(), HonestFigures.of(group)));
        if (groups.size() > 1) {
            rungs(rungs, "(all)", findings.honest());
        }
    }

    private static void requests(TextTable table, String name, HonestFigures found) {
        table.row(
                name,
                found.accounts(),
                found.independent(),
                TextTable.count(found.exchanges()),
                bounded(found.refusedForStanding(), found.refusedForStandingBound95()),
                bounded(found.accountsRefused()),
                TextTable.percent(found.shares().marked()));
    }

    private static void rungs(TextTable table, String name, HonestFigures found) {
        table.row(name, found.rungs().values().stream().map(HonestTable::bounded));
    }

    private static String bounded(Affected affected) {
        return bounded(affected.accounts(), affected.bound95());
    }

    private static String bounded(long count, double bound) {
        return TextTable.count(count) + String.format(Locale.ROOT, " (<= %.3f %%)", bound * 100);
    }
}
