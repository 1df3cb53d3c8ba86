package dev.stillgate.geo;

import java.io.IOException;

/** A database whose bytes are not what the MaxMind DB format or the place it was given for asks for. */
final class MmdbException extends IOException {
    private static final long serialVersionUID = 1L;

    MmdbException(String message) {
        super(message);
    }
}
