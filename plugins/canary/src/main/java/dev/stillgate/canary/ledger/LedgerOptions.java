package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.head.VerifierKey;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Options of a ledger.
 *
 * @param origin name in signed heads, or null to derive one from the key
 * @param signingKey file with an Ed25519 key in PKCS#8 PEM, or null for one in the directory, created at the first
 *     opening
 * @param headEvery time after which a head is signed if there are new leaves
 * @param headLeaves number of new leaves after which a head is signed
 * @param queue limit on the leaves waiting for the disk
 */
public record LedgerOptions(
        @Nullable String origin, @Nullable Path signingKey, Duration headEvery, int headLeaves, int queue) {
    /** @throws IllegalArgumentException for an invalid name, and for numbers below 1 */
    public LedgerOptions {
        if (origin != null) {
            VerifierKey.checkName(origin);
        }
        if (!headEvery.isPositive() || headLeaves < 1 || queue < 1) {
            throw new IllegalArgumentException("headEvery, headLeaves and queue must be positive");
        }
    }

    /** Returns the defaults: a key in the directory, a head every second, 65,536 waiting leaves. */
    public static LedgerOptions defaults() {
        return new LedgerOptions(null, null, Duration.ofSeconds(1), 65_536, 65_536);
    }
}
