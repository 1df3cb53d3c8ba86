package dev.stillgate.canary.ledger;

import java.nio.file.Path;
import java.time.Duration;
import dev.stillgate.canary.ledger.head.VerifierKey;
import org.jspecify.annotations.Nullable;

/**
 * How a ledger is kept.
 *
 * @param origin its name in signed heads; null for one made from its key
 * @param signingKey a file with an Ed25519 key in PKCS#8 PEM; null for one in the directory, made at the first opening
 * @param headEvery a head is signed when this has passed since the last one and there are new leaves
 * @param headLeaves or when there are so many new leaves
 * @param queue how many leaves may wait for the disk
 */
public record LedgerOptions(
        @Nullable String origin, @Nullable Path signingKey, Duration headEvery, int headLeaves, int queue) {
    /** @throws IllegalArgumentException for a name that no key may have, and for numbers below 1 */
    public LedgerOptions {
        if (origin != null) {
            VerifierKey.checkName(origin);
        }
        if (!headEvery.isPositive() || headLeaves < 1 || queue < 1) {
            throw new IllegalArgumentException("headEvery, headLeaves and queue are positive");
        }
    }

    /** Returns what does for most: a key in the directory, a head every second, 65,536 leaves waiting. */
    public static LedgerOptions usual() {
        return new LedgerOptions(null, null, Duration.ofSeconds(1), 65_536, 65_536);
    }
}
