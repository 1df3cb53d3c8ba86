package dev.stillgate.canary.sketch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Markdown rendering of a report on accounts: the named accounts, shared answers, and the warnings. */
public final class AccountReportMarkdown {
    private static final int MAX_ROWS = 50;

    private AccountReportMarkdown() {}

    /** Returns the page. */
    public static String of(AccountReport report) {
        StringBuilder page = new StringBuilder("# Leaked text: ");
        page.append(finding(report)).append("\n\n");
        if (!report.named().isEmpty()) {
            page.append("""
                    | account | equal values | by chance at most | answers found | first served | last served |
                    |---|---|---|---|---|---|
                    """);
            report.named().stream().limit(MAX_ROWS).forEach(named -> row(page, named));
            more(page, report.named().size(), "accounts");
        }
        if (!report.alike().isEmpty()) {
            page.append("Answers that several accounts were served word for word, so they name none of them:\n\n");
            report.alike().stream().limit(MAX_ROWS).forEach(alike -> alike(page, alike));
            more(page, report.alike().size(), "answers");
        }
        page.append(String.format(
                Locale.ROOT,
                "%,d sketches were compared with %,d distinct shingles of the text. An account is named from %d equal "
                        + "values of %d; the probability that an unrelated text names any account is at most %s.%n",
                report.sketches(),
                report.shingles(),
                report.least(),
                Sketch.BUCKETS,
                AccountReport.power(report.log10Chance())));
        List<String> warnings = warnings(report);
        if (!warnings.isEmpty()) {
            page.append("\nWhat weakens this:\n\n");
            warnings.forEach(warning -> page.append("- ").append(warning).append('\n'));
        }
        return page.toString();
    }

    /** Returns the finding in one line. */
    static String finding(AccountReport report) {
        return switch (report.named().size()) {
            case 0 -> report.alike().isEmpty() ? "names no account" : "served to several accounts alike";
            case 1 -> "served to " + escaped(report.named().getFirst().account());
            default -> "served to " + report.named().size() + " accounts";
        };
    }

    /** Returns the limits of the finding, each a sentence. */
    static List<String> warnings(AccountReport report) {
        List<String> warnings = new ArrayList<>();
        if (!report.named().isEmpty()) {
            warnings.add("A text that is public, such as a quotation or a licence, names each account that alone was "
                    + "served it. Compare the text before you act.");
        }
        if (report.similar() > 0) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "%,d other sketches have values of the text that belong to several accounts: a common text or "
                            + "template.",
                    report.similar()));
        }
        if (report.truncated()) {
            warnings.add(String.format(
                    Locale.ROOT, "The text was read up to %,d distinct shingles only.", LeakedShingles.MOST));
        }
        if (report.foreign() > 0) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "%,d files were not compared: they were written under another secret or by another version, or "
                            + "are damaged.",
                    report.foreign()));
        }
        if (report.damaged() > 0) {
            warnings.add(
                    String.format(Locale.ROOT, "%,d records were not compared: they are damaged.", report.damaged()));
        }
        return warnings;
    }

    private static void row(StringBuilder page, AccountReport.Named named) {
        page.append(String.format(
                Locale.ROOT,
                "| %s | %d of %d | %s | %,d | %s | %s |%n",
                escaped(named.account()),
                named.values(),
                Sketch.BUCKETS,
                AccountReport.power(named.log10Chance()),
                named.answers(),
                time(named.first()),
                time(named.last())));
    }

    private static void alike(StringBuilder page, AccountReport.Alike alike) {
        page.append(alike.accounts().stream()
                .map(AccountReportMarkdown::escaped)
                .collect(Collectors.joining(", ", "- served to all of these: ", "")));
        if (alike.more() > 0) {
            page.append(String.format(Locale.ROOT, ", and %,d more", alike.more()));
        }
        page.append(String.format(Locale.ROOT, " (%d of %d values)%n", alike.values(), Sketch.BUCKETS));
    }

    private static void more(StringBuilder page, int count, String what) {
        if (count > MAX_ROWS) {
            page.append(String.format(Locale.ROOT, "%nand %,d more %s.%n", count - MAX_ROWS, what));
        }
        page.append('\n');
    }

    /** Returns a time to the minute in UTC. */
    private static String time(long seconds) {
        return Instant.ofEpochSecond(seconds)
                .truncatedTo(ChronoUnit.MINUTES)
                .toString()
                .replace(":00Z", "Z");
    }

    /** Escapes Markdown and control characters. */
    private static String escaped(String text) {
        return text.replaceAll("\\p{Cntrl}", "\ufffd").replaceAll("([\\\\`*_{}\\[\\]<>|#])", "\\\\$1");
    }
}
