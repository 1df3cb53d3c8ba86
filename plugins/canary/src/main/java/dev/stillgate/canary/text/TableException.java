package dev.stillgate.canary.text;

import java.nio.file.Path;

/** A file of classes that cannot be used. The message gives file, line and column, and what was expected there. */
public final class TableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Complains of a place in a file; line and column count from 1, 0 where there is none. */
    TableException(Path file, int line, int column, String message) {
        super(line == 0 ? file + ": " + message : file + ":" + line + ":" + column + ": " + message);
    }
}
