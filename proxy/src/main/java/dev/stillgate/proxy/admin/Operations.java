package dev.stillgate.proxy.admin;

/** What the admin can see of the gateway as a whole, and do to it. */
public interface Operations {
    /** Returns what is in force, how it came to be, and whether it is what the files say; for JSON. */
    Object config();

    /** Returns who asks for most, bounded; for JSON. */
    Object top();

    /** Returns what the upstreams are doing; for JSON. */
    Object upstreams();

    /**
     * Puts the files in force.
     *
     * @param force whether to do so also when the policy is pinned
     */
    Done reload(boolean force);

    /** Puts the policy before the one in force back in force. */
    Done rollback();

    /** Begins to drain, as SIGTERM does; returns at once. */
    Done drain();

    /**
     * What came of it.
     *
     * @param result how it ended
     * @param text what to say of it
     */
    record Done(Result result, String text) {}

    /** How an operation ended. */
    enum Result {
        DONE(200),
        /** It goes on after the answer. */
        BEGUN(202),
        /** It makes no sense now; nothing has changed. */
        CONFLICT(409),
        /** The files are wrong; nothing has changed. */
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
