package dev.stillgate.fingerprint.likeness;

/** Highest effect that a resemblance justifies, ascending. */
public enum Reach {
    NOTHING,
    /** One of the most similar accounts, for an operator to look at. */
    NEAR,
    /** Among the discoveries of its model against the references of its stratum. */
    MARKED,
    /** Within the promised share of innocent accounts of its stratum. */
    CLOSE
}
