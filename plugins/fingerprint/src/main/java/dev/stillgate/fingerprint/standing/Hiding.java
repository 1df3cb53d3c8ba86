package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.spi.PolicyException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Operator's order to leave a cluster out of the review queue. Standings and enforcement stay as they are. It ends at a
 * time, or when the cluster's evidence has grown.
 *
 * @param by name of the operator
 * @param why reason given by the operator
 * @param at milliseconds since the epoch
 * @param until milliseconds since the epoch
 * @param evidence evidence of the cluster when it was hidden, as a base-10 logarithm of odds
 */
public record Hiding(String by, String why, long at, long until, double evidence) {
    private static final Set<String> KEYS = Set.of("by", "why", "for", "until", "revision");

    /**
     * Reads {@code by}, {@code why}, and {@code for} or {@code until}; {@code revision} is read by {@link #revision}.
     *
     * @param evidence evidence of the cluster
     * @param now milliseconds since the epoch
     * @param defaultDuration duration if neither {@code for} nor {@code until} is given
     * @throws PolicyException if an argument is missing, unknown or invalid
     */
    public static Hiding of(Map<String, Object> arguments, double evidence, long now, Duration defaultDuration) {
        OrderFields.requireKnown(arguments, KEYS);
        return new Hiding(
                OrderFields.text(arguments, "by", OrderFields.MAX_BY),
                OrderFields.text(arguments, "why", OrderFields.MAX_WHY),
                now,
                OrderTime.until(arguments, now, defaultDuration),
                evidence);
    }

    /**
     * Returns the revision of the cluster that the operator has seen.
     *
     * @throws PolicyException if it is missing or invalid
     */
    public static int revision(Map<String, Object> arguments) {
        return OrderFields.revision(arguments);
    }

    /** Returns whether evidence has grown by more than the policy's step, or across a threshold of the ladder. */
    public boolean isOutgrown(double present, AnalysisSettings settings) {
        return present > evidence + settings.review().hideStep()
                || (settings.rung(present) != settings.rung(evidence)
                        && settings.rung(present).reaches(settings.rung(evidence)));
    }

    /** Returns why the order has ended, in a few words. */
    String ended(double present, long now) {
        return until <= now
                ? "the order has ended"
                : String.format(Locale.ROOT, "evidence grew from %.1f to %.1f", evidence, present);
    }

    static void write(DataOutput out, @Nullable Hiding hiding) throws IOException {
        out.writeBoolean(hiding != null);
        if (hiding != null) {
            out.writeUTF(hiding.by);
            out.writeUTF(hiding.why);
            out.writeLong(hiding.at);
            out.writeLong(hiding.until);
            out.writeDouble(hiding.evidence);
        }
    }

    static @Nullable Hiding read(DataInput in) throws IOException {
        return in.readBoolean()
                ? new Hiding(in.readUTF(), in.readUTF(), in.readLong(), in.readLong(), in.readDouble())
                : null;
    }
}
