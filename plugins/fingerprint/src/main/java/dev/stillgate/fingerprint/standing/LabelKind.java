package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import org.jspecify.annotations.Nullable;

/** Judgement of an operator on an account. */
public enum LabelKind {
    /** The account belongs to an extraction campaign. */
    CONFIRMED("confirm"),
    /** The account was suspected without cause. */
    REFUTED("refute"),
    /** The customer behind the account is known to be honest. */
    VOUCHED("vouch");

    /** Action of an order that judges so. */
    public final String action;

    LabelKind(String action) {
        this.action = action;
    }

    /** Returns the kind of judgement of an action, null for an unknown one. */
    static @Nullable LabelKind ofAction(String action) {
        for (LabelKind kind : values()) {
            if (kind.action.equals(action)) {
                return kind;
            }
        }
        return null;
    }

    /**
     * Returns the standing of an account that is judged so. A refuted account stays clear, but a later cluster may mark it.
     *
     * @param earned standing by evidence
     * @param isSameEvidence whether the judged cluster is the one that the evidence is from
     */
    public Standing applyTo(Standing earned, boolean isSameEvidence) {
        return switch (this) {
            case CONFIRMED -> earned.reaches(Standing.POOLED) ? earned : Standing.POOLED;
            case REFUTED -> isSameEvidence ? Standing.CLEAR : atMostMarked(earned);
            case VOUCHED -> atMostMarked(earned);
        };
    }

    private static Standing atMostMarked(Standing earned) {
        return earned.reaches(Standing.MARKED) ? Standing.MARKED : earned;
    }
}
