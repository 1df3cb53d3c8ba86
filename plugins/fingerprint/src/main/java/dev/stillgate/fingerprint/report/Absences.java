package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.SignalTest;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.standing.Cluster;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything that was looked for in a cluster and not seen, or not looked for; each as a key and a sentence. */
final class Absences {
    /** Name of the link of accounts that were created in a burst. */
    static final String BURST = "registration-burst";

    private static final double LEAST_SHARE = 0.005;

    /** Least evidence of a test that is a reason: odds of ten to one. */
    private static final double REASON = 1;

    /** Subject and negative result of each signal that is tested on a group. */
    private static final Map<String, List<String>> TESTED = Map.of(
            "under-dispersion",
            List.of(
                    "whether work is dealt out more evenly than by chance",
                    "work dealt out more evenly than by chance"));

    private static final Map<String, String> CAPABILITIES = Map.of(
            "reasoning", "No prompts that ask for reasoning traces.",
            "grading", "No prompts that ask for grades.",
            "synthetic-data", "No prompts that ask for invented training data.",
            "trajectory", "No prompts that ask for agent trajectories.",
            "rewriting", "No prompts that ask for rewrites.",
            "code", "No code in the prompts.",
            "tools", "No prompts with tool results.");

    private final Analyst analyst;
    private final Cluster cluster;
    private final ClusterReport report;
    private final OtherAccounts others;
    private final SignUps signUps;
    private final List<Map<String, Object>> items = new ArrayList<>();

    Absences(Analyst analyst, Cluster cluster, ClusterReport report, OtherAccounts others, SignUps signUps) {
        this.analyst = analyst;
        this.cluster = cluster;
        this.report = report;
        this.others = others;
        this.signUps = signUps;
    }

    /** Why an item is listed. */
    private enum State {
        NOT_SEEN,
        NOT_MEASURED,
        SWITCHED_OFF,
        NOT_RECORDED
    }

    List<Map<String, Object>> items() {
        families();
        signals();
        links();
        traffic();
        refusals();
        return items;
    }

    private void refusals() {
        if (report.profiles().stream().noneMatch(AccountProfile::isJudged)) {
            add(
                    State.NOT_RECORDED,
                    "provider-refusals",
                    "Not recorded: whether the provider itself refused prompts. No response was read, as in batches.");
        } else if (report.profiles().stream().noneMatch(profile -> profile.declined() > 0)) {
            add(State.NOT_SEEN, "provider-refusals", "No prompts that the provider itself refused.");
        }
    }

    private void families() {
        for (Family family : Family.values()) {
            Double evidence = cluster.evidence.get(family);
            String name = PageValues.name(family);
            if (evidence == null) {
                add(State.NOT_MEASURED, "family-" + name, "Not measured for this group: evidence of " + name + ".");
            } else if (Math.abs(evidence) < CounterEvidence.LEAST && !isTested(family)) {
                weaken("family-" + name, "No evidence of " + name + " either way.");
            }
        }
        long strong = cluster.evidence.values().stream()
                .filter(evidence -> evidence >= Finding.MIN_SECOND_FAMILY)
                .count();
        if (strong < 2 && !cluster.evidence.isEmpty()) {
            weaken("second-family", "No second kind of evidence with odds of ten to one by itself.");
        }
    }

    private boolean isTested(Family family) {
        return cluster.tests.stream().anyMatch(test -> test.family() == family);
    }

    private void signals() {
        Map<String, Object> common = report.inCommon();
        cluster.tests.forEach(this::tested);
        for (Signal signal : analyst.settings().signals()) {
            untested(signal);
        }
        for (String name : TESTED.keySet().stream().sorted().toList()) {
            off(name);
        }
        boolean sharesTemplate = isTemplate(cluster.matchedOn)
                || common.keySet().stream().anyMatch(key -> isTemplate(SharedKey.valueOf(constant(key))));
        counted("template", sharesTemplate ? 1 : 0, "No system prompt, tools, opening or wording in common.");
    }

    /**
     * Lists a test that the group failed. One with enough evidence is left out: it was passed, and another of its family
     * counts instead. So is the one that makes its family counter-evidence.
     */
    private void tested(SignalTest test) {
        double evidence = cluster.evidence.getOrDefault(test.family(), 0.0);
        boolean isAgainst = evidence <= -CounterEvidence.LEAST && evidence == test.evidence();
        List<String> failed = new ArrayList<>();
        for (String signal : test.signals()) {
            List<String> words = TESTED.get(signal);
            if (words != null) {
                failed.add(words.getLast());
            }
        }
        String key = test.signals().getFirst();
        boolean isListed = items.stream().anyMatch(item -> key.equals(item.get("key")));
        if (test.evidence() < REASON && !isAgainst && !isListed && !failed.isEmpty()) {
            double rounded = Math.round(10 * test.evidence()) / 10.0;
            weaken(key, String.format(Locale.ROOT, "No %s (%.1f).", String.join(", and no ", failed), rounded));
        }
    }

    private void untested(Signal signal) {
        List<String> words = TESTED.get(signal.name());
        boolean isTested =
                cluster.tests.stream().anyMatch(test -> test.signals().contains(signal.name()))
                        || cluster.reasons.contains(signal.name());
        if (words != null && cluster.evidence.containsKey(signal.family()) && !isTested) {
            String since = cluster.tests.isEmpty() ? "Not known until the next comparison: " : "Not tested: ";
            add(State.NOT_MEASURED, signal.name(), since + words.getFirst() + ".");
        }
    }

    private static boolean isTemplate(@Nullable SharedKey key) {
        return key != null
                && switch (key) {
                    case SYSTEM, SYSTEM_LIKE, TOOLS, OPENING, SKETCH_A, SKETCH_B -> true;
                    default -> false;
                };
    }

    private static String constant(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private boolean off(String signal) {
        if (analyst.settings().has(signal)) {
            return false;
        }
        add(State.SWITCHED_OFF, signal, "Switched off by the policy: " + signal + ".");
        return true;
    }

    /** Lists a signal that can be counted in the members' traffic, whether or not it was tested. */
    private void counted(String signal, long seen, String sentence) {
        if (!off(signal) && seen == 0 && !cluster.reasons.contains(signal)) {
            boolean isKnown = !report.profiles().isEmpty();
            add(
                    isKnown ? State.NOT_SEEN : State.NOT_MEASURED,
                    signal,
                    isKnown ? sentence : "Not measured for lack of traffic: " + signal + ".");
        }
    }

    private void links() {
        int withFacts = 0;
        int created = 0;
        for (ClusterReport.Member member : report.members()) {
            int index = member.accountIndex();
            withFacts += index != AccountIndex.NONE && analyst.registrations().hasFacts(index) ? 1 : 0;
            created += index != AccountIndex.NONE && analyst.registrations().created(index) != 0 ? 1 : 0;
        }
        if (withFacts == 0) {
            add(
                    State.NOT_RECORDED,
                    "facts",
                    "Not recorded: registration facts of the members. The accounts file has no facts of them, such as"
                            + " a hash of payment, device or mail domain"
                            + (created == 0 ? "." : "; it has creation dates."));
        } else if (cluster.links.values().stream().noneMatch(link -> link.kind() == LinkKind.FACT)) {
            weaken("facts", "No rare registration fact in common.");
        }
        if (created == 0) {
            add(State.NOT_RECORDED, BURST, "Not recorded: when the members were created.");
        } else if (!cluster.links.containsKey(BURST)) {
            add(
                    State.NOT_SEEN,
                    BURST,
                    "No burst of registrations beyond that of other accounts. Of these, " + signUps.othersMeanwhile()
                            + " signed up in the same time.");
        }
    }

    private void traffic() {
        if (report.profiles().isEmpty()) {
            add(State.NOT_RECORDED, "traffic", "Not recorded: traffic of the members.");
            return;
        }
        report.capabilities().forEach((name, share) -> {
            if (share < LEAST_SHARE) {
                add(State.NOT_SEEN, "capability-" + name, CAPABILITIES.getOrDefault(name, "No " + name + "."));
            }
        });
        boolean isListed = others.hosted() > 0 || report.profiles().stream().anyMatch(profile -> profile.hosted() > 0);
        if (!isListed) {
            add(
                    State.NOT_RECORDED,
                    "hosting",
                    "Not known: whether members come from hosting networks or anonymisers. No request of any account"
                            + " was listed as from one, so perhaps no such database is loaded.");
        } else if (MemberCounts.hosted(report.profiles()) == 0) {
            add(State.NOT_SEEN, "hosting", "No member that comes mostly from hosting networks or anonymisers.");
        }
        if (cluster.totals.probing() == 0) {
            add(
                    State.NOT_SEEN,
                    "probing",
                    "No request for log-probabilities or several choices since the group was found.");
        }
        if (cluster.text.tokensMarked() == 0) {
            add(
                    State.NOT_SEEN,
                    "marks",
                    "No marked text since the group was found, so no trained model can be recognised.");
        }
        if (cluster.text.requestsRefused() == 0) {
            add(State.NOT_SEEN, "refusals", "No request refused because of a standing since the group was found.");
        }
    }

    /** Lists something that was tested and not seen, although one actor's accounts would often show it. */
    private void weaken(String key, String text) {
        add(State.NOT_SEEN, key, text);
        items.getLast().put("weakens", true);
    }

    private void add(State state, String key, String text) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("key", key);
        item.put("state", state);
        item.put("text", text);
        items.add(item);
    }
}
