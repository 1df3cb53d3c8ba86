package dev.stillgate.proxy.admin;

import dev.stillgate.spi.ConflictException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Operations of the admin API on the gateway as a whole. */
public interface Operations {
    /** Returns the configuration in force, its history, and whether it equals the files; for JSON. */
    Object config();

    /** Returns the traffic of the last hour and the number of accounts in each standing; for JSON. */
    Object now();

    /** Returns a bounded ranking of the most active accounts; for JSON. */
    Object top();

    /** Returns the state of the upstreams; for JSON. */
    Object upstreams();

    /**
     * Returns the policies that were in force, the newest first; for JSON.
     *
     * @throws IOException if the archive cannot be read
     */
    Object policies() throws IOException;

    /**
     * Returns the text of a policy that was in force, null if it is not known; for JSON.
     *
     * @throws IOException if the archive cannot be read
     */
    @Nullable
    Object policy(long generation) throws IOException;

    /**
     * Reloads the files.
     *
     * @param force whether to reload although the policy is pinned, or many accounts would be removed
     * @param by who asks for it; null if unknown
     * @param why the reason; null for none
     */
    Done reload(boolean force, @Nullable String by, @Nullable String why);

    /**
     * Puts the text of an earlier policy in force again.
     *
     * @param to the generation; null for the previous one
     * @param by who asks for it; null if unknown
     * @param why the reason; null for none
     */
    Done rollback(@Nullable Long to, @Nullable String by, @Nullable String why);

    /** Returns the recorded logs and the backtests of this process; for JSON. */
    Object backtests();

    /** Returns a backtest with its result, null if it is not known; for JSON. */
    @Nullable
    Object backtest(long id);

    /**
     * Starts a backtest of a policy against the recorded logs, and returns its page; for JSON.
     *
     * @param policy the text of the policy
     * @throws ConflictException if it cannot be started now
     */
    Object startBacktest(String policy);

    /** Cancels a backtest and returns its page, null if it is not known; for JSON. */
    @Nullable
    Object cancelBacktest(long id);

    /** Returns the pages and actions of operators' orders. */
    OrderPages orders();

    /** Starts to drain, as SIGTERM does. Returns at once. */
    Done drain();

    /**
     * The outcome of an operation.
     *
     * @param result the kind of outcome
     * @param text a sentence for the operator
     */
    record Done(Result result, String text) {}

    /** The kind of an operation's outcome. */
    enum Result {
        DONE(200),
        /** The operation continues after the response. */
        BEGUN(202),
        /** The operation does not apply now; nothing has changed. */
        CONFLICT(409),
        /** The files are invalid; nothing has changed. */
        REFUSED(422);

        private final int status;

        Result(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }
}
