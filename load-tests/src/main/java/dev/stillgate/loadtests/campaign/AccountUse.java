package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.Attempt;
import dev.stillgate.proxy.backtest.TextVolume;

/** Requests of one account, what it got before it was pooled, and what became of it. Not thread-safe. */
final class AccountUse {
    final String id;
    final String path; // of the first request
    final boolean verified;
    final long firstMillis;
    int conversations; // begun before it was pooled
    long tokens; // of output that it got before it was pooled
    long requests; // responses that it was the last to ask for
    long refused; // those of which an attempt was refused because of a standing
    long markedAt = -1; // marked or above, in milliseconds since the epoch, -1 for never
    long pooledAt = -1;
    Join join = Join.NONE;

    /** The standing order under which an account joined a group. */
    enum Join {
        NONE,
        /** An order on a group that the operator confirmed rightly. */
        RIGHT,
        /** An order on a group that was confirmed by mistake. */
        WRONG
    }

    AccountUse(Attempt first) {
        id = first.account();
        path = first.path();
        verified = first.verified();
        firstMillis = first.time();
    }

    /** Records a response to the account before it was pooled. */
    void gotBeforePool(Attempt attempt, TextVolume text) {
        conversations += attempt.begins() ? 1 : 0;
        tokens += text.marked() + text.free();
    }

    boolean isPooled() {
        return pooledAt >= 0;
    }

    boolean isJoined() {
        return join != Join.NONE;
    }
}
