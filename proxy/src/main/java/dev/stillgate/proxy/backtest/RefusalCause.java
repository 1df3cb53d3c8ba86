package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;

/** Attribution of refusals to standings. */
public final class RefusalCause {
    private static final int TOO_MANY_REQUESTS = 429;

    private RefusalCause() {}

    /**
     * Returns whether a request was refused because of the account's standing; see {@link Standing#isCauseOf}.
     *
     * @param standing the standing of the account when the request was refused
     */
    public static boolean isStanding(Verdict.Reject refusal, Standing standing) {
        return standing.isCauseOf(refusal.code(), ErrorBodies.status(refusal.kind()) == TOO_MANY_REQUESTS);
    }
}
