package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;

/** Attribution of refusals to standings. */
public final class RefusalCause {
    /** The prefix of the codes of refusals that only a standing causes. */
    private static final String STANDING = "standing-";

    private RefusalCause() {}

    /**
     * Returns whether a request was refused because of the account's standing. Besides refusals with a standing's code,
     * each refusal for a limit counts if the standing reaches {@code tightened}, because such a standing scales the
     * limits.
     *
     * @param standing the standing of the account when the request was refused
     */
    public static boolean isStanding(Verdict.Reject refusal, Standing standing) {
        return refusal.code().startsWith(STANDING)
                || refusal.kind() == Verdict.Kind.RATE_LIMITED && standing.reaches(Standing.TIGHTENED);
    }
}
