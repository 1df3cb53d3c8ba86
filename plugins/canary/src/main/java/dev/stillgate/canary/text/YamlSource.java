package dev.stillgate.canary.text;

import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** A place in a YAML file; line and column count from 1. */
record YamlSource(Path file, int line, int column) {
    static YamlSource of(Path file, Optional<Mark> mark) {
        return mark.map(at -> new YamlSource(file, at.getLine() + 1, at.getColumn() + 1))
                .orElseGet(() -> new YamlSource(file, 0, 0));
    }

    TableException problem(String message) {
        return new TableException(file, line, column, message);
    }
}
