package dev.stillgate.proxy.backtest;

import java.util.Locale;

/** The findings of a backtest as plain-text tables. */
public final class SummaryTable {
    private static final String NEVER_LEARNT = """
        never learnt: the log is too short or has too few accounts (learning of fingerprint)

        """;

    private SummaryTable() {}

    public static String of(Findings findings) {
        StringBuilder out = new StringBuilder();
        CampaignTable.append(findings, out);
        learning(findings, out);
        HonestTable.append(findings, out);
        out.append(String.format(
                Locale.ROOT,
                "%nrefused: %s, by code: %s%n",
                findings.rejected(),
                findings.tally().codes()));
        if (findings.tally().unjudgedExchanges() > 0) {
            out.append("not judged: ")
                    .append(findings.tally().unjudgedExchanges())
                    .append(" requests that were not refused, but whose body is not on record\n");
        }
        return out.toString();
    }

    private static void learning(Findings findings, StringBuilder out) {
        if (findings.learntHour() == LearningWatch.NEVER) {
            out.append(NEVER_LEARNT);
        } else if (findings.learntHour() >= 0) {
            out.append("learnt from hour ").append(findings.learntHour()).append("\n\n");
        }
    }
}
