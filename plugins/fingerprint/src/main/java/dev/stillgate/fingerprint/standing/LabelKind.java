package dev.stillgate.fingerprint.standing;

/** Judgement of an operator on an account. */
public enum LabelKind {
    /** The account belongs to an extraction campaign. */
    CONFIRMED,
    /** The account was suspected without cause. */
    REFUTED,
    /** The customer behind the account is known to be honest. */
    VOUCHED
}
