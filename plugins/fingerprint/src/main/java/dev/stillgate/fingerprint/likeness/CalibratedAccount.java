package dev.stillgate.fingerprint.likeness;

import org.jspecify.annotations.Nullable;

/**
 * An account with the effect of bounded evidence on it, before any cap.
 *
 * @param reference why the account is a reference, null if it is none
 * @param marked whether bounded evidence justifies {@code marked} or more
 * @param tightened whether it justifies {@code tightened} or more
 */
public record CalibratedAccount(
        Stratum stratum, @Nullable ReferenceKind reference, boolean marked, boolean tightened) {}
