package dev.stillgate.canary.proof;

import java.util.Locale;

/** Markdown rendering of a report: the finding in plain words, the numbers, and the warnings. */
public final class AuditReportMarkdown {
    private static final int MAX_ROWS = 50;

    private AuditReportMarkdown() {}

    /** Returns the page. */
    public static String of(AuditReport report) {
        StringBuilder page = new StringBuilder();
        KeyOutcome best = report.best();
        page.append("# Canary: ").append(escaped(best.key()));
        page.append(best.committed() == null ? " (*exploratory*)\n\n" : "\n\n");
        page.append(escaped(FindingText.of(report, best))).append("\n\n");
        page.append(
                "| key | p | log10 p | log10 p (Holm) | S | agreement | committed |\n|---|---|---|---|---|---|---|\n");
        report.outcomes().stream().limit(MAX_ROWS).forEach(outcome -> row(page, outcome));
        if (report.outcomes().size() > MAX_ROWS) {
            page.append("\nand ").append(report.outcomes().size() - MAX_ROWS).append(" keys with larger p.\n");
        }
        page.append(String.format(
                Locale.ROOT,
                "%n%,d answers, %,d words, %,d sites; %,d of them in distinct sentences, in %,d cells. %,d reference answers. "
                        + "p is adjusted for %,d key(s). Preregistration: %s.%n",
                report.answers(),
                report.words(),
                report.sites(),
                report.effectiveN(),
                report.cells(),
                report.referenceAnswers(),
                report.keys(),
                report.preregistration() == null ? "none" : "`" + report.preregistration() + "`"));
        if (!report.warnings().isEmpty()) {
            page.append("\nWhat weakens this:\n\n");
            report.warnings()
                    .forEach(warning ->
                            page.append("- ").append(escaped(warning)).append('\n'));
        }
        return page.toString();
    }

    private static void row(StringBuilder page, KeyOutcome outcome) {
        page.append(String.format(
                Locale.ROOT,
                "| %s | %s | %.2f | %.2f | %.2f | %.4f | %s |%n",
                escaped(outcome.key()),
                AuditReportJson.power(outcome.log10p()),
                outcome.log10p(),
                outcome.log10Holm(),
                outcome.statistic(),
                outcome.agreement(),
                outcome.committed() == null ? "no: *exploratory*" : outcome.committed()));
    }

    /** Escapes Markdown. */
    private static String escaped(String text) {
        return text.replaceAll("([\\\\`*_{}\\[\\]<>|#])", "\\\\$1");
    }
}
