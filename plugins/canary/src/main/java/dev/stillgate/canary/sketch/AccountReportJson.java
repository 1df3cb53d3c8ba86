package dev.stillgate.canary.sketch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;

/** JSON encoding of a report on accounts. */
public final class AccountReportJson {
    private static final JsonFactory JSON = new JsonFactory();

    private AccountReportJson() {}

    /** Returns the object and a line feed. */
    public static String of(AccountReport report) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeArrayFieldStart("accounts");
            for (AccountReport.Named named : report.named()) {
                json.writeStartObject();
                json.writeStringField("account", named.account());
                json.writeNumberField("values", named.values());
                json.writeNumberField("log10Chance", named.log10Chance());
                json.writeNumberField("answers", named.answers());
                json.writeStringField(
                        "first", Instant.ofEpochSecond(named.first()).toString());
                json.writeStringField(
                        "last", Instant.ofEpochSecond(named.last()).toString());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("servedAlike");
            for (AccountReport.Alike alike : report.alike()) {
                json.writeStartObject();
                json.writeArrayFieldStart("accounts");
                for (String account : alike.accounts()) {
                    json.writeString(account);
                }
                json.writeEndArray();
                json.writeNumberField("more", alike.more());
                json.writeNumberField("values", alike.values());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("similar", report.similar());
            json.writeNumberField("least", report.least());
            if (report.sketches() > 0 && report.shingles() > 0) {
                json.writeNumberField("log10Chance", report.log10Chance());
            }
            json.writeNumberField("shingles", report.shingles());
            json.writeBooleanField("truncated", report.truncated());
            json.writeNumberField("sketches", report.sketches());
            json.writeNumberField("foreignFiles", report.foreign());
            json.writeNumberField("damagedRecords", report.damaged());
            json.writeStringField("finding", AccountReportMarkdown.finding(report));
            json.writeArrayFieldStart("warnings");
            for (String warning : AccountReportMarkdown.warnings(report)) {
                json.writeString(warning);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("a StringWriter does not fail", e);
        }
        return text + "\n";
    }
}
