package dev.stillgate.fingerprint.signal;

import java.util.List;

/** A signal of extraction: traits to compare accounts in, shared keys to find candidates by, or both. */
public interface Signal {
    /** Returns the name by which a policy disables or weights the signal. */
    String name();

    Family family();

    /** Returns the traits in which accounts are compared. */
    default List<Trait> traits() {
        return List.of();
    }

    /** Returns the shared keys by which candidate groups are found. */
    default List<SharedKey> keys() {
        return List.of();
    }
}
