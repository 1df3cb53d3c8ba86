package dev.stillgate.fingerprint.signal;

import java.util.List;

/** Something that sets extraction apart. It says in which traits to compare accounts, by what to find candidates, or both. */
public interface Signal {
    /** Returns the name under which a policy turns it off or weighs it. */
    String name();

    Family family();

    /** Returns the traits in which accounts are compared. */
    default List<Trait> traits() {
        return List.of();
    }

    /** Returns what accounts may share, by which candidates for groups are found. */
    default List<SharedKey> keys() {
        return List.of();
    }
}
