package dev.stillgate.proxy.config;

import java.nio.file.Path;

/**
 * A position in a file, or a whole file.
 *
 * @param file the path as given by the operator
 * @param line the line, from 1; 0 for the whole file
 * @param column the column in code points, from 1; 0 for the whole file
 */
public record Position(Path file, int line, int column) {
    /** Returns the position that stands for a whole file. */
    public static Position of(Path file) {
        return new Position(file, 0, 0);
    }

    @Override
    public String toString() {
        return line == 0 ? file.toString() : file + ":" + line + ":" + column;
    }
}
