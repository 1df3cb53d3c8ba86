package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.Findings.Campaign;
import dev.stillgate.proxy.backtest.Findings.Honest;
import dev.stillgate.proxy.backtest.Findings.IndependentUnits;
import dev.stillgate.proxy.backtest.Findings.Overall;
import dev.stillgate.spi.Standing;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The findings of a backtest as a plain-text table. */
public final class SummaryTable {
    private static final String LEGEND = """
            harvest: the share of a campaign's exchanges that was not refused, slowed or marked; 44 days: the share if the
            campaign went on for 44 days as in the last quarter of its time; below marked: the share of its accounts that
            never stood at marked; hours: the median time from an account's first exchange until it stood at marked
            """;

    private static final String NEVER_LEARNT = """
            never learnt: the log is too short or has too few accounts (learning of fingerprint), so that no account
            stands above watched by its evidence

            """;

    /** The minimum size of a cluster of the fingerprint filter. */
    private static final int FEWEST_ACCOUNTS = 10;

    private static final int[] CAMPAIGN_ROW = {36, 9, 10, 9, 9, 13, 12};
    private static final int[] HONEST_ROW = {36, 9, 12, 18, 18, 18};

    private SummaryTable() {}

    public static String of(Findings findings) {
        StringBuilder out = new StringBuilder();
        campaigns(findings, out);
        learning(findings, out);
        honest(findings, out);
        out.append(String.format(Locale.ROOT, "%nrefused: %s%n", findings.rejected()));
        return out.toString();
    }

    private static void campaigns(Findings findings, StringBuilder out) {
        List<LabelGroup> groups =
                findings.groups().stream().filter(LabelGroup::isCampaign).toList();
        if (groups.isEmpty()) {
            return;
        }
        row(
                out,
                CAMPAIGN_ROW,
                "campaign",
                "accounts",
                "exchanges",
                "harvest",
                "44 days",
                "below marked",
                "hours (med)");
        for (LabelGroup group : groups) {
            campaign(group, out);
        }
        Overall overall = findings.overall();
        row(
                out,
                CAMPAIGN_ROW,
                "mean of " + overall.campaigns(),
                "",
                "",
                percent(overall.harvestFraction()),
                percent(overall.harvestFraction44d()),
                percent(overall.belowMarked()),
                "");
        out.append(LEGEND);
        String few = groups.stream()
                .filter(group -> group.members().size() < FEWEST_ACCOUNTS)
                .map(group -> name(group) + " (" + group.members().size() + ")")
                .collect(Collectors.joining(", "));
        if (!few.isEmpty()) {
            out.append("too few accounts to be found: ").append(few).append("; a cluster has at least ten accounts\n");
        }
        out.append('\n');
    }

    private static void learning(Findings findings, StringBuilder out) {
        if (findings.learntHour() == LearningWatch.NEVER) {
            out.append(NEVER_LEARNT);
        } else if (findings.learntHour() >= 0) {
            out.append("learnt from hour ")
                    .append(findings.learntHour())
                    .append(": before it, no account stands above watched by its evidence\n\n");
        }
    }

    private static String name(LabelGroup group) {
        return group.name().substring(group.name().indexOf(':') + 1);
    }

    private static void campaign(LabelGroup group, StringBuilder out) {
        Campaign found = Findings.campaign(group);
        Double hours = found.medianHoursToCatch();
        row(
                out,
                CAMPAIGN_ROW,
                name(group),
                found.accounts(),
                found.exchanges(),
                percent(found.harvestFraction()),
                percent(found.harvestFraction44d()),
                percent(found.belowMarked()),
                hours == null ? "-" : String.format(Locale.ROOT, "%.1f", hours));
    }

    private static void honest(Findings findings, StringBuilder out) {
        List<LabelGroup> groups =
                findings.groups().stream().filter(group -> !group.isCampaign()).toList();
        if (groups.isEmpty()) {
            return;
        }
        row(out, HONEST_ROW, "honest", "accounts", "independent", "tightened", "marked", "blocked");
        Set<LoggedAccount> counted = new HashSet<>();
        LabelGroup all = new LabelGroup("honest:(all)", false);
        for (LabelGroup group : groups) {
            honest(group, out);
            group.members().stream()
                    .filter(member -> counted.add(member.account()))
                    .forEach(member -> all.join(member.account(), member.since()));
        }
        if (groups.size() > 1) {
            honest(all, out);
        }
        out.append("In brackets: the upper bound of the share at 95 %, one-sided (Clopper-Pearson); the accounts of one"
                + " organisation count once.\n");
    }

    private static void honest(LabelGroup group, StringBuilder out) {
        Honest found = Findings.honest(group);
        row(
                out,
                HONEST_ROW,
                name(group),
                found.accounts(),
                Findings.independentUnits(group, Standing.BLOCKED).all(),
                bounded(found.tightened(), group, Standing.TIGHTENED),
                bounded(found.marked(), group, Standing.MARKED),
                bounded(found.blocked(), group, Standing.BLOCKED));
    }

    private static String bounded(long accounts, LabelGroup group, Standing standing) {
        IndependentUnits units = Findings.independentUnits(group, standing);
        double bound = ClopperPearson.upper95(units.affected(), units.all());
        return accounts + String.format(Locale.ROOT, " (<= %.3f %%)", bound * 100);
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f %%", share * 100);
    }

    private static void row(StringBuilder out, int[] widths, Object... cells) {
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i].toString();
            String pad = " ".repeat(Math.max(0, widths[i] - cell.length()));
            out.append(i == 0 ? cell + pad : ' ' + pad + cell);
        }
        out.append('\n');
    }
}
