package dev.stillgate.loadtests.faults;

/**
 * What a caller saw of one request.
 *
 * @param due when it was to be asked, in {@link System#nanoTime}
 * @param end when the caller knew what became of it
 * @param kind what became of it
 * @param status the status, 0 for none
 */
record Outcome(long due, long end, Kind kind, int status) {
    /** What can become of a request. */
    enum Kind {
        /** It was answered with 200, and whole. */
        ANSWERED,
        /** It was answered with an error in the provider's shape. */
        REFUSED,
        /** The answer broke off. */
        CUT,
        /** The connection ended without an answer, or with one in no provider's shape. */
        BROKEN,
        /** Nothing came for so long that the caller gave up. */
        HUNG
    }

    long took() {
        return end - due;
    }
}
