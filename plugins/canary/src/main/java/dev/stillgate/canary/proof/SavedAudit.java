package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.CanaryKey;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;

/**
 * The result of an audit as it is kept beside a ledger, in JSON. It is a note for operators and proves nothing: evidence
 * is what another party computes from the responses and the ledger.
 *
 * @param at when the audit was made, to the second
 * @param suspect the suspect's name, as the operator gave it
 * @param answers number of the suspect's answers
 * @param keys number of keys that the p-values are adjusted for
 * @param outcomes results of keys, the smallest p first
 */
public record SavedAudit(
        Instant at, String suspect, long answers, int keys, boolean preregistered, List<Outcome> outcomes) {
    /** Maximum number of outcomes. */
    static final int MOST_OUTCOMES = 250;

    private static final int MOST_NAME = 200;
    private static final int VERSION = 1;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");
    private static final double LEAST_LOG10 = -1e6;

    /**
     * Result of one key.
     *
     * @param log10p log10 of the p-value, adjusted for all keys that the audit counted
     * @param committed whether the key's commitment was in the ledger
     */
    public record Outcome(String key, double log10p, boolean committed) {
        /** Returns the adjusted p-value with at most three digits, however small. */
        public String p() {
            return AuditReportJson.power(log10p, 3);
        }

        /** Returns what the p-value is evidence of, in a few words. */
        public String finding() {
            return (committed ? "" : "exploratory: ") + FindingText.evidence(log10p) + " evidence of the mark";
        }
    }

    /** Copies the list. */
    public SavedAudit {
        outcomes = List.copyOf(outcomes);
    }

    /** Returns whether a text can name a suspect: 1 to 200 characters, none of them a control character. */
    public static boolean isName(String text) {
        return !text.isBlank() && text.length() <= MOST_NAME && text.chars().noneMatch(Character::isISOControl);
    }

    /** Returns what is kept of a report: the 250 keys with the smallest p. */
    public static SavedAudit of(AuditReport report, String suspect, Instant at) {
        List<Outcome> outcomes = report.outcomes().stream()
                .sorted(Comparator.comparingDouble(KeyOutcome::log10Holm))
                .limit(MOST_OUTCOMES)
                .map(each ->
                        new Outcome(each.key(), Math.clamp(each.log10Holm(), LEAST_LOG10, 0), each.committed() != null))
                .toList();
        return new SavedAudit(
                at.truncatedTo(ChronoUnit.SECONDS),
                suspect,
                report.answers(),
                report.keys(),
                report.preregistration() != null,
                outcomes);
    }

    byte[] json() {
        return StrictJson.line(new File(VERSION, at.toString(), suspect, answers, keys, preregistered, outcomes));
    }

    /** The members of a file. */
    private record File(
            int version,
            String at,
            String suspect,
            long answers,
            int keys,
            boolean preregistered,
            List<Outcome> outcomes) {}

    /**
     * Parses a file.
     *
     * @throws IOException if the bytes are not those of a saved audit
     */
    static SavedAudit parse(byte[] bytes) throws IOException {
        try {
            return audit(StrictJson.read(bytes, File.class));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static SavedAudit audit(File file) {
        Instant at = Instant.parse(file.at);
        require(file.version == VERSION, "another version");
        require(!at.isBefore(Instant.EPOCH) && !at.isAfter(LAST), "the time is out of range");
        require(isName(file.suspect), "the suspect has no valid name");
        require(file.answers >= 0 && file.keys >= 0, "expected a number of at least 0");
        require(file.outcomes.size() <= MOST_OUTCOMES, "too many outcomes");
        file.outcomes.forEach(outcome -> {
            CanaryKey.requireName(outcome.key);
            require(outcome.log10p >= LEAST_LOG10 && outcome.log10p <= 0, "log10p is out of range");
        });
        return new SavedAudit(at, file.suspect, file.answers, file.keys, file.preregistered, file.outcomes);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
