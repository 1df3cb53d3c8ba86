package dev.stillgate.proxy.backtest;

import java.util.Locale;

/** The findings of a backtest as plain text. */
public final class SummaryTable {
    /** Hours of traffic after which a fingerprint filter compares an account with others. */
    private static final int LEAST_HOURS = 20;

    private static final long HOUR_MILLIS = 3_600_000;

    private SummaryTable() {}

    public static String of(BacktestFindings findings) {
        StringBuilder out = new StringBuilder();
        Tally tally = findings.tally();
        if (tally.runs("fingerprint") && tally.to() - tally.from() < LEAST_HOURS * HOUR_MILLIS) {
            out.append("The log is too short: a fingerprint filter compares accounts after ")
                    .append(LEAST_HOURS)
                    .append(" hours of traffic.\n\n");
        }
        TextVolume text = tally.text();
        out.append(String.format(
                Locale.ROOT,
                "output tokens: %,d refused, %,d marked, %,d free%naccounts by standing: %s%nrefused: %s, by code: %s%n",
                text.refused(),
                text.marked(),
                text.free(),
                Report.accountsByStanding(findings),
                tally.rejected(),
                tally.codes()));
        if (tally.unjudgedExchanges() > 0) {
            out.append("not judged: ")
                    .append(tally.unjudgedExchanges())
                    .append(" requests that were not refused, but whose body is not on record\n");
        }
        return out.toString();
    }
}
