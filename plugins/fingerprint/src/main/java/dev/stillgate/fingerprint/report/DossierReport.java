package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.SignalTest;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.standing.Cluster;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Dossier of one cluster: its {@link ClusterReport} with the thresholds in force, what speaks against one actor, what
 * was looked for and not seen, sign-ups, hours and software of the members. Counts, hashes and account ids only, and
 * at most 2 MB of JSON.
 */
final class DossierReport {
    /** Version of the page's format, which its JSON Schema describes. */
    private static final int FORMAT = 1;

    /** Accounts of the heat map. */
    static final int MAX_HOUR_ROWS = 100;

    private static final int HOURS = 24;

    private final Analyst analyst;
    private final Cluster cluster;
    private final long now;
    private final ClusterReport report;

    /** @param now milliseconds since the epoch */
    DossierReport(Analyst analyst, Cluster cluster, long now) {
        this.analyst = analyst;
        this.cluster = cluster;
        this.now = now;
        report = new ClusterReport(analyst, cluster);
    }

    Map<String, Object> page() {
        Map<String, Object> page = report.page();
        DossierSpace space = new DossierSpace();
        SignUps signUps = new SignUps(analyst, report.members());
        OtherAccounts others = new OtherAccounts(analyst, report.members(), signUps);
        MemberStandings standings = new MemberStandings(analyst, cluster, report);
        MemberParts parts = new MemberParts(analyst, report);
        page.put("format", FORMAT);
        page.put("at", PageValues.time(now));
        page.put("thresholds", thresholds());
        page.put("kinds", kinds());
        page.put("tests", cluster.tests.stream().map(DossierReport::shown).toList());
        page.put("held", standings.held());
        page.put("changes", standings.changes());
        page.put("orders", standings.orders());
        page.put("effects", new OrderEffects(analyst, cluster).shown());
        page.put(
                "prompts",
                Math.round(report.profiles().stream()
                        .mapToDouble(AccountProfile::prompts)
                        .sum()));
        page.put("parts", parts.shown());
        page.put("shared", parts.shared());
        page.put("ties", new MemberTies(analyst, cluster, report).shown());
        page.put("others", others.shown());
        signUps.addTo(page);
        hours(page, parts, space);
        page.put("amongMembers", new MemberCounts(analyst, report).shown());
        page.put("refusals", refusals());
        page.put("refusedByProvider", PageValues.rounded(refusedByProvider()));
        page.put("counterEvidence", new CounterEvidence(analyst, cluster, report, others).items());
        page.put("notSeen", new Absences(analyst, cluster, report, others, signUps).items());
        page.put("techniques", techniques());
        List<Map<String, Object>> listed = space.fitting(members(standings, parts));
        page.put("members", listed);
        page.put("membersListed", listed.size());
        return page;
    }

    /** Returns the rows of the members, with standing and part of each. */
    private List<Map<String, Object>> members(MemberStandings standings, MemberParts parts) {
        List<Map<String, Object>> rows = report.listed();
        for (int i = 0; i < rows.size(); i++) {
            ClusterReport.Member member = report.members().get(i);
            standings.describe(member, rows.get(i));
            if (parts.of(member) > 0) {
                rows.get(i).put("part", parts.of(member));
            }
        }
        return rows;
    }

    private static Map<String, Object> shown(SignalTest test) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("kind", PageValues.name(test.family()));
        shown.put("signals", test.signals());
        shown.put("evidence", PageValues.rounded(test.evidence()));
        return shown;
    }

    private Map<String, Object> thresholds() {
        Map<String, Object> thresholds = new LinkedHashMap<>();
        thresholds.put("marked", analyst.settings().marked());
        thresholds.put("poolLeast", analyst.settings().review().poolLeast());
        thresholds.put("approvals", analyst.settings().review().approvals());
        return thresholds;
    }

    /** Returns each family of evidence with the part of it that enters the total. */
    private List<Map<String, Object>> kinds() {
        double lead = Math.max(0, cluster.evidence.getOrDefault(Finding.LEADING, 0.0));
        double others = cluster.evidence.entrySet().stream()
                .filter(each -> each.getKey() != Finding.LEADING)
                .mapToDouble(each -> Math.max(0, each.getValue()))
                .sum();
        double factor = others > 0 ? Math.min(1, lead / 2 / others) : 1;
        List<Map<String, Object>> kinds = new ArrayList<>();
        cluster.evidence.forEach((family, evidence) -> {
            boolean leads = family == Finding.LEADING;
            Map<String, Object> kind = new LinkedHashMap<>();
            kind.put("kind", PageValues.name(family));
            kind.put("evidence", PageValues.rounded(evidence));
            kind.put("counted", PageValues.rounded(Math.max(0, evidence) * (leads ? 1 : factor)));
            kind.put("leads", leads);
            kinds.add(kind);
        });
        return kinds;
    }

    /**
     * Adds conversations by hour of the day in UTC, of the busiest members of each part and of all. Shares of the day are
     * kept by two hours; a row divides the kept number of conversations by these shares.
     */
    private void hours(Map<String, Object> page, MemberParts parts, DossierSpace space) {
        List<Map<String, Object>> rows = new ArrayList<>();
        int[] places = parts.places(MAX_HOUR_ROWS);
        double[] all = new double[HOURS];
        for (ClusterReport.Member member : report.members()) {
            double[] counts = member.accountIndex() == AccountIndex.NONE
                    ? new double[HOURS]
                    : hours(analyst.table().profile(member.accountIndex()));
            for (int hour = 0; hour < HOURS; hour++) {
                all[hour] += counts[hour];
            }
            int part = parts.of(member);
            if (part > 0 && places[part - 1]-- > 0) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("account", member.account());
                row.put("part", part);
                row.put("counts", tenths(counts));
                rows.add(row);
            }
        }
        rows.sort(Comparator.comparing(row -> (Integer) row.get("part")));
        page.put("hours", space.fitting(rows));
        page.put("hoursOfMembers", tenths(all));
        page.put("hoursResolution", 2);
    }

    private static double[] hours(AccountProfile profile) {
        double[] counts = new double[HOURS];
        double sum = 0;
        for (int hour = 0; hour < HOURS; hour++) {
            counts[hour] = profile.atHour(hour);
            sum += counts[hour];
        }
        for (int hour = 0; sum > 0 && hour < HOURS; hour++) {
            counts[hour] *= profile.exchanges() / sum;
        }
        return counts;
    }

    private static List<Double> tenths(double... counts) {
        List<Double> tenths = new ArrayList<>();
        for (double count : counts) {
            tenths.add(Math.round(count * 10) / 10.0);
        }
        return tenths;
    }

    /** Returns requests since the cluster was found that did not get a response, by reason. */
    private Map<String, Long> refusals() {
        Map<String, Long> refusals = new LinkedHashMap<>();
        refusals.put("standing", cluster.text.requestsRefused());
        refusals.put("unanswered", cluster.totals.unanswered());
        return refusals;
    }

    /** Returns the share of the members' recent prompts that the provider itself refused; 0 if no response was read. */
    private double refusedByProvider() {
        double prompts = 0;
        double declined = 0;
        for (AccountProfile profile : report.profiles()) {
            if (profile.isJudged()) {
                prompts += profile.prompts();
                declined += profile.prompts() * profile.declined();
            }
        }
        return prompts == 0 ? 0 : declined / prompts;
    }

    /** Returns the techniques of MITRE ATLAS that fit what was seen. */
    private List<Map<String, Object>> techniques() {
        List<Map<String, Object>> techniques = new ArrayList<>();
        if (!report.profiles().isEmpty()) {
            techniques.add(
                    technique("AML.T0040", "AI Model Inference API Access", "The accounts use the model by its API."));
        }
        report.trainingData()
                .ifPresent(kind -> techniques.add(technique(
                        "AML.T0024.002",
                        "Extract AI Model",
                        String.format(
                                Locale.ROOT,
                                "%.0f %% of the prompts ask for %s, which can train a model.",
                                100 * report.capabilities().getOrDefault(kind, 0.0),
                                kind))));
        boolean registered = cluster.links.values().stream()
                .anyMatch(link -> link.kind() == LinkKind.FACT || link.name().equals(Absences.BURST));
        if (registered) {
            techniques.add(technique(
                    "AML.T0021", "Establish Accounts", "Registration facts or a burst of sign-ups link the accounts."));
        }
        return techniques;
    }

    private static Map<String, Object> technique(String id, String name, String because) {
        Map<String, Object> technique = new LinkedHashMap<>();
        technique.put("id", id);
        technique.put("name", name);
        technique.put("because", because);
        return technique;
    }
}
