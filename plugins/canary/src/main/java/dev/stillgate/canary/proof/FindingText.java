package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.KeyNames;
import java.util.Locale;

/** Explanation of a result in plain words. It claims no more than that a text or a model carries the mark of a key. */
final class FindingText {
    private static final double NOTHING = -2;
    private static final double STRONG = -6;

    private FindingText() {}

    static String of(AuditReport report, KeyOutcome outcome) {
        String chance = chance(outcome.log10Holm());
        String label = outcome.committed() == null
                ? "This is exploratory: the key's commitment is in no ledger that was given, so it is no evidence for others. "
                : "The key was committed to on " + outcome.committed()
                        + ", so it was not chosen later. That it was drawn at"
                        + " random is not shown: with older answers of the suspect at hand, many secrets could have been tried"
                        + " before that day. ";
        String counted = report.keys() == 1 ? "" : " after the correction for " + report.keys() + " keys";
        String text = text(outcome);
        if (outcome.log10Holm() > NOTHING) {
            return label + "These answers do not show that the suspect was trained on " + text
                    + ": a key drawn at random would agree with them as well with probability " + chance + counted
                    + ". That is no proof of the contrary; fewer or altered answers can hide a mark.";
        }
        String strength =
                outcome.log10Holm() <= STRONG ? "is what one would see" : "is in favour of it, though not strongly,";
        return label + "That these answers agree with the key " + outcome.key() + " as much as they do " + strength
                + " if the suspect was trained on " + text
                + ", or is such text: if they had nothing to do"
                + " with the key, and it was drawn at random, a key drawn at random would agree as well with probability "
                + chance + counted
                + ". It does not say who trained it, nor how the text came there.";
    }

    /** Returns how strong the evidence of an adjusted p-value is: {@code strong}, {@code weak} or {@code no}. */
    static String evidence(double log10Holm) {
        return log10Holm <= STRONG ? "strong" : log10Holm <= NOTHING ? "weak" : "no";
    }

    /** Returns what text bears the mark of a key, in words. */
    private static String text(KeyOutcome outcome) {
        String name = outcome.key();
        KeyOutcome.StratumShare stratum = outcome.stratum();
        if (stratum != null) {
            return String.format(
                    Locale.ROOT,
                    "text served to %s, beyond its share of %.1f %% of the traffic",
                    name,
                    100 * stratum.share());
        }
        return KeyNames.isGlobal(name) ? "marked text of " + KeyNames.epoch(name) : "text served to cluster " + name;
    }

    static String chance(double log10) {
        if (log10 > -3) {
            return String.format(Locale.ROOT, "%.3f", Math.pow(10, log10));
        }
        return log10 > -9
                ? String.format(Locale.ROOT, "1 in %,.0f", Math.pow(10, -log10))
                : "10^" + String.format(Locale.ROOT, "%.1f", log10);
    }
}
