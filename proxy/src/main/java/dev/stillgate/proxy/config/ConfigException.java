package dev.stillgate.proxy.config;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Thrown for invalid configuration files, with all problems found in them. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public ConfigException(Position at, String message) {
        this(List.of(new Problem(at, message)));
    }

    /** Returns the exception at the setting that names a file, if the file as a whole cannot be read. */
    public ConfigException namedBy(@Nullable ConfigNode root, String setting) {
        ConfigNode name = root == null ? null : root.find(setting);
        Problem first = problems.getFirst();
        return name == null || first.at().line() > 0 ? this : new ConfigException(name.at(), setting + ": " + first);
    }

    /** Returns the problems, at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
