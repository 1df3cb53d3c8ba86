package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.signal.Profile;
import org.jspecify.annotations.Nullable;

/**
 * An account of a round.
 *
 * @param account account index
 * @param profile a view that is read while the subject is in use
 * @param reference why the account is a reference, null if it is none
 */
public record Subject(
        int account,
        Profile profile,
        Stratum stratum,
        @Nullable ReferenceKind reference) {}
