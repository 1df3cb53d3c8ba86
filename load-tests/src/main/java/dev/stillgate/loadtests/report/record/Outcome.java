package dev.stillgate.loadtests.report.record;

import java.util.Locale;

/** How a request ended. */
public enum Outcome {
    /** A complete response with status 200. */
    COMPLETED,
    /** Status 403 or 429, the statuses with which filters refuse. */
    REFUSED,
    /** Everything else: other statuses, connection errors, incomplete responses, error events. */
    FAILED;

    /** Returns the name in a record. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
