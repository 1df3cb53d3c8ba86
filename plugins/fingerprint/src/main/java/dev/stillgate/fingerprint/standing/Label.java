package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Judgement of an operator on one account, until a time.
 *
 * @param by name of the operator
 * @param why reason given by the operator
 * @param at milliseconds since the epoch at which the label was given
 * @param until milliseconds since the epoch
 * @param cluster cluster that the label was given for; null for the account alone
 * @param pools whether a confirmed account joins the pool of the cluster
 * @param despiteVerification whether the operator confirmed the account knowing that it is verified
 */
public record Label(
        LabelKind kind,
        String by,
        String why,
        long at,
        long until,
        @Nullable String cluster,
        boolean pools,
        boolean despiteVerification) {
    /**
     * Returns the standing of the labelled account. A refuted account stays clear, but a later cluster may mark it.
     *
     * @param earned standing by evidence
     * @param from cluster of that evidence, null for none
     */
    public Standing applyTo(Standing earned, @Nullable String from) {
        return switch (kind) {
            case CONFIRMED -> {
                Standing least = pools ? Standing.POOLED : Standing.TIGHTENED;
                yield earned.reaches(least) ? earned : least;
            }
            case REFUTED -> from == null || from.equals(cluster) ? Standing.CLEAR : atMostMarked(earned);
            case VOUCHED -> atMostMarked(earned);
        };
    }

    private static Standing atMostMarked(Standing earned) {
        return earned.reaches(Standing.MARKED) ? Standing.MARKED : earned;
    }

    /** Returns whether the label was given for a cluster. */
    public boolean isFor(Cluster other) {
        return other.id.equals(cluster);
    }

    static void write(DataOutput out, @Nullable Label label) throws IOException {
        StandingCodec.writeText(out, label == null ? null : label.kind.name());
        if (label != null) {
            out.writeUTF(label.by);
            out.writeUTF(label.why);
            out.writeLong(label.at);
            out.writeLong(label.until);
            StandingCodec.writeText(out, label.cluster);
            out.writeBoolean(label.pools);
            out.writeBoolean(label.despiteVerification);
        }
    }

    static @Nullable Label read(DataInput in) throws IOException {
        String kind = StandingCodec.readText(in);
        if (kind == null) {
            return null;
        }
        try {
            return new Label(
                    LabelKind.valueOf(kind),
                    in.readUTF(),
                    in.readUTF(),
                    in.readLong(),
                    in.readLong(),
                    StandingCodec.readText(in),
                    in.readBoolean(),
                    in.readBoolean());
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: there is no label " + kind, e);
        }
    }
}
