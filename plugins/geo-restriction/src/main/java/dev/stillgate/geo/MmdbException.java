package dev.stillgate.geo;

import java.io.IOException;

/** Thrown for a database that violates the MaxMind DB format or is of the wrong kind. */
final class MmdbException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_REASON_LENGTH = 512;

    MmdbException(String message) {
        super(message);
    }

    /** Creates an exception with the message of MaxMind's reader appended, if it can be logged. */
    MmdbException(String message, Throwable said) {
        super(message + ": " + reason(said), said);
    }

    private static String reason(Throwable said) {
        String text = MmdbDatabase.loggable(said.getMessage(), MAX_REASON_LENGTH);
        return text == null ? said.getClass().getSimpleName() : text;
    }
}
