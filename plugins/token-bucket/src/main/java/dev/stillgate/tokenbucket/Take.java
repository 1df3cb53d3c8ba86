package dev.stillgate.tokenbucket;

/** What came of taking from a bucket. */
sealed interface Take {
    /** All limits had room, and all were charged. */
    enum Granted implements Take {
        OWN,
        SHARED
    }

    /** Nothing was taken; the caller must do something and try again. */
    enum Again implements Take {
        /** The bucket would be forgotten before it is full: it must be kept for longer first. */
        KEEP_LONGER,
        /** The bucket was full and has been forgotten: there is another one now. */
        FORGOTTEN
    }

    /**
     * Some limit had no room, and none was charged.
     *
     * @param limit the limit that bound: of those without room, the one that takes longest
     * @param remaining what is left of it, at least 0
     * @param waitNanos how long until the whole request fits in all limits, -1 when it never will
     * @param resetNanos how long until the limit is full again
     * @param shared whether the bucket is one of an address prefix
     */
    record Refused(NamedBandwidth limit, long remaining, long waitNanos, long resetNanos, boolean shared)
            implements Take {}
}
