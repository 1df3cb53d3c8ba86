package dev.stillgate.canary.text.table;

import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** An invalid class table. The message gives file, line and column, and what was expected there. */
public final class TableException extends Exception {
    private static final long serialVersionUID = 1L;

    TableException(Path file, Optional<Mark> at, String message) {
        super(file
                + at.map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                        .orElse("") + ": " + message);
    }
}
