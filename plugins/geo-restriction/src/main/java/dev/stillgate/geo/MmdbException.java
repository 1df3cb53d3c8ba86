package dev.stillgate.geo;

import java.io.IOException;

/** A database whose bytes are not what the MaxMind DB format or the place it was given for asks for. */
final class MmdbException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_REASON_LENGTH = 512;

    MmdbException(String message) {
        super(message);
    }

    /** With what MaxMind's reader said, which stands after the message where it can be logged. */
    MmdbException(String message, Throwable said) {
        super(message + ": " + reason(said), said);
    }

    private static String reason(Throwable said) {
        String text = MmdbDatabase.loggable(said.getMessage(), MAX_REASON_LENGTH);
        return text == null ? said.getClass().getSimpleName() : text;
    }
}
