package dev.stillgate.canary.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.MathContext;

/** JSON encoding of a report: the fields of the key with the smallest p, and a list of all requested keys. */
public final class AuditReportJson {
    private static final JsonFactory JSON = new JsonFactory();

    private AuditReportJson() {}

    /** Returns the object and a line feed. */
    public static String of(AuditReport report) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            outcome(json, report.best());
            json.writeNumberField("sites", report.sites());
            json.writeNumberField("effectiveN", report.effectiveN());
            json.writeNumberField("cells", report.cells());
            json.writeNumberField("answers", report.answers());
            json.writeNumberField("words", report.words());
            json.writeNumberField("referenceAnswers", report.referenceAnswers());
            json.writeNumberField("keysCounted", report.keys());
            json.writeNumberField("strength", report.strength());
            json.writeBooleanField("preregistered", report.preregistration() != null);
            if (report.preregistration() != null) {
                json.writeStringField("preregistration", report.preregistration());
            }
            json.writeArrayFieldStart("warnings");
            for (String warning : report.warnings()) {
                json.writeString(warning);
            }
            json.writeEndArray();
            json.writeStringField("finding", FindingText.of(report, report.best()));
            json.writeArrayFieldStart("keys");
            for (KeyOutcome outcome : report.outcomes()) {
                json.writeStartObject();
                outcome(json, outcome);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("a StringWriter does not fail", e);
        }
        return text + "\n";
    }

    private static void outcome(JsonGenerator json, KeyOutcome outcome) throws IOException {
        json.writeStringField("key", outcome.key());
        json.writeFieldName("p");
        json.writeNumber(power(outcome.log10p()));
        json.writeNumberField("log10p", outcome.log10p());
        json.writeNumberField("log10pHolm", outcome.log10Holm());
        json.writeNumberField("log10pMid", outcome.tail().log10Mid());
        json.writeFieldName("pAbove");
        json.writeNumber(power(outcome.tail().log10Above()));
        json.writeBooleanField("committed", outcome.committed() != null);
        if (outcome.committed() != null) {
            json.writeStringField("committedSince", outcome.committed().toString());
        }
        json.writeStringField("commitment", outcome.commitment());
        json.writeNumberField("agreement", outcome.agreement());
        json.writeNumberField("statistic", outcome.statistic());
        if (outcome.strata() > 0) {
            json.writeNumberField("strata", outcome.strata());
            json.writeNumberField("log10pAlone", outcome.tail().log10AtLeast());
        }
        KeyOutcome.StratumShare stratum = outcome.stratum();
        if (stratum != null) {
            json.writeNumberField("trafficShare", stratum.share());
            json.writeNumberField("log10pUnmet", stratum.log10pUnmet());
        }
    }

    /** Returns a power of ten with six digits, however small. */
    static String power(double log10) {
        return power(log10, 6);
    }

    /** Returns a power of ten with a number of digits, however small. */
    static String power(double log10, int digits) {
        if (log10 == Double.NEGATIVE_INFINITY) {
            return "0";
        }
        int whole = (int) Math.floor(log10);
        return new BigDecimal(Math.pow(10, log10 - whole))
                .scaleByPowerOfTen(whole)
                .round(new MathContext(digits))
                .toString()
                .replace("E+", "E");
    }
}
