package dev.stillgate.proxy.config;

import java.nio.file.Path;

/**
 * A place in a file.
 *
 * @param file as the operator named it
 * @param line from 1; 0 when the whole file is meant
 * @param column in code points from 1; 0 when the whole file is meant
 */
public record Position(Path file, int line, int column) {
    static Position of(Path file) {
        return new Position(file, 0, 0);
    }

    @Override
    public String toString() {
        return line == 0 ? file.toString() : file + ":" + line + ":" + column;
    }
}
