package dev.stillgate.canary.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.stillgate.canary.key.CanaryKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    private static final Set<String> FIELDS =
            Set.of("version", "at", "suspect", "answers", "keys", "preregistered", "outcomes");
    private static final Set<String> OUTCOME_FIELDS = Set.of("key", "log10p", "committed");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("at", at.toString());
            json.writeStringField("suspect", suspect);
            json.writeNumberField("answers", answers);
            json.writeNumberField("keys", keys);
            json.writeBooleanField("preregistered", preregistered);
            json.writeArrayFieldStart("outcomes");
            for (Outcome outcome : outcomes) {
                json.writeStartObject();
                json.writeStringField("key", outcome.key);
                json.writeNumberField("log10p", outcome.log10p);
                json.writeBooleanField("committed", outcome.committed);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new IllegalStateException("an array of bytes does not fail", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Parses a file.
     *
     * @throws IOException if the bytes are not those of a saved audit
     */
    static SavedAudit parse(byte[] bytes) throws IOException {
        try (JsonParser parser = JSON.createParser(bytes)) {
            SavedAudit audit = new Reader(parser).audit();
            require(parser.nextToken() == null, "unexpected content after the object");
            return audit;
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    /** Reads the object of a file, all of whose fields are required. */
    private record Reader(JsonParser parser) {
        SavedAudit audit() throws IOException {
            require(parser.nextToken() == JsonToken.START_OBJECT, "expected an object");
            Instant at = Instant.EPOCH;
            String suspect = "";
            long answers = 0;
            long keys = 0;
            boolean preregistered = false;
            List<Outcome> outcomes = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                seen.add(field);
                switch (field) {
                    case "version" -> require(count() == VERSION, "another version");
                    case "at" -> at = Instant.parse(text());
                    case "suspect" -> suspect = text();
                    case "answers" -> answers = count();
                    case "keys" -> keys = count();
                    case "preregistered" -> preregistered = flag();
                    case "outcomes" -> outcomes(outcomes);
                    default -> throw new IllegalArgumentException("unknown field \"" + field + '"');
                }
            }
            require(seen.equals(FIELDS), "a field is missing");
            require(!at.isBefore(Instant.EPOCH) && !at.isAfter(LAST), "the time is out of range");
            require(isName(suspect), "the suspect has no valid name");
            require(keys <= Integer.MAX_VALUE, "too many keys");
            return new SavedAudit(at, suspect, answers, (int) keys, preregistered, outcomes);
        }

        private void outcomes(List<Outcome> into) throws IOException {
            require(parser.nextToken() == JsonToken.START_ARRAY, "expected a list of outcomes");
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                require(into.size() < MOST_OUTCOMES, "too many outcomes");
                into.add(outcome());
            }
            require(parser.currentToken() == JsonToken.END_ARRAY, "expected a list of outcomes");
        }

        private Outcome outcome() throws IOException {
            String key = "";
            double log10p = 0;
            boolean committed = false;
            Set<String> seen = new HashSet<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                seen.add(field);
                switch (field) {
                    case "key" -> key = text();
                    case "log10p" -> log10p = number();
                    case "committed" -> committed = flag();
                    default -> throw new IllegalArgumentException("unknown field \"" + field + '"');
                }
            }
            require(seen.equals(OUTCOME_FIELDS), "a field of an outcome is missing");
            CanaryKey.requireName(key);
            require(log10p >= LEAST_LOG10 && log10p <= 0, "log10p is out of range");
            return new Outcome(key, log10p, committed);
        }

        private String text() throws IOException {
            require(parser.nextToken() == JsonToken.VALUE_STRING, "expected a text");
            return parser.getText();
        }

        private boolean flag() throws IOException {
            require(parser.nextToken().isBoolean(), "expected true or false");
            return parser.getBooleanValue();
        }

        private double number() throws IOException {
            require(parser.nextToken().isNumeric(), "expected a number");
            return parser.getDoubleValue();
        }

        private long count() throws IOException {
            boolean whole = parser.nextToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && parser.getLongValue() >= 0;
            require(whole, "expected a whole number of at least 0");
            return parser.getLongValue();
        }
    }
}
