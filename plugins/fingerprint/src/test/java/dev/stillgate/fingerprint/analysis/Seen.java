package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.FactSettings;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Observations for tests. */
public final class Seen {
    /** A Thursday at midnight. */
    public static final long START = 1_767_225_600_000L;

    private Seen() {}

    public static Observation at(String account, long millis) {
        Observation seen = new Observation();
        seen.account = account;
        seen.keepsState = true;
        seen.start = millis;
        seen.end = millis + 1000;
        seen.answered = true;
        return seen;
    }

    public static Observation prompt(String account, long millis) {
        Observation seen = at(account, millis);
        PromptFeatures prompt = new PromptFeatures();
        prompt.newChars = 1000;
        prompt.analysedChars = 1000;
        seen.prompt = prompt;
        seen.outputTokens = 100;
        return seen;
    }

    /** Returns an exchange whose answer has these marks. */
    public static Observation issued(String account, long millis, long... marks) {
        Observation seen = prompt(account, millis);
        seen.issued = marks;
        return seen;
    }

    /** Returns an exchange whose prompt cites these marks. */
    public static Observation cited(String account, long millis, long... marks) {
        Observation seen = prompt(account, millis);
        seen.cited = marks;
        return seen;
    }

    public static AnalysisSettings settings(int maxAccounts, Signal... signals) {
        return settings(maxAccounts, 4.0, signals);
    }

    static AnalysisSettings settings(int maxAccounts, double marked, Signal... signals) {
        return new AnalysisSettings(
                List.of(signals),
                Map.of(),
                marked,
                Duration.ofDays(14),
                Duration.ofMinutes(10),
                Duration.ofDays(3),
                maxAccounts,
                AllowedAccounts.NONE,
                ReviewSettings.STANDARD,
                FactSettings.STANDARD,
                0);
    }

    /** Returns a copy of an analyst by way of its saved form. */
    public static Analyst restored(Analyst analyst) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        analyst.write(new DataOutputStream(bytes));
        Analyst copy = new Analyst(analyst.settings(), analyst.orders());
        copy.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), true);
        copy.obey();
        return copy;
    }
}
