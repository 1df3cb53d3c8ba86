package dev.stillgate.canary.proof;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON encoding of a report: the fields of the key with the smallest p, and a list of all requested keys. */
public final class AuditReportJson {
    private AuditReportJson() {}

    /** Returns the object and a line feed. */
    public static String of(AuditReport report) {
        Map<String, Object> json = outcome(report.best());
        json.put("sites", report.sites());
        json.put("effectiveN", report.effectiveN());
        json.put("cells", report.cells());
        json.put("answers", report.answers());
        json.put("words", report.words());
        json.put("referenceAnswers", report.referenceAnswers());
        json.put("keysCounted", report.keys());
        json.put("strength", report.strength());
        json.put("preregistered", report.preregistration() != null);
        if (report.preregistration() != null) {
            json.put("preregistration", report.preregistration());
        }
        json.put("warnings", report.warnings());
        json.put("finding", FindingText.of(report, report.best()));
        json.put(
                "keys", report.outcomes().stream().map(AuditReportJson::outcome).toList());
        return StrictJson.pretty(json);
    }

    private static Map<String, Object> outcome(KeyOutcome outcome) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("key", outcome.key());
        json.put("p", new BigDecimal(power(outcome.log10p())));
        json.put("log10p", outcome.log10p());
        json.put("log10pHolm", outcome.log10Holm());
        json.put("log10pMid", outcome.tail().log10Mid());
        json.put("pAbove", new BigDecimal(power(outcome.tail().log10Above())));
        json.put("committed", outcome.committed() != null);
        if (outcome.committed() != null) {
            json.put("committedSince", outcome.committed().toString());
        }
        json.put("commitment", outcome.commitment());
        json.put("agreement", outcome.agreement());
        json.put("statistic", outcome.statistic());
        if (outcome.strata() > 0) {
            json.put("strata", outcome.strata());
            json.put("log10pAlone", outcome.tail().log10AtLeast());
        }
        KeyOutcome.StratumShare stratum = outcome.stratum();
        if (stratum != null) {
            json.put("trafficShare", stratum.share());
            json.put("log10pUnmet", stratum.log10pUnmet());
        }
        return json;
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
