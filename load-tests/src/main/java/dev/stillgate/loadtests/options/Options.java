package dev.stillgate.loadtests.options;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Command line of alternating option names and values. Its methods throw {@link IllegalArgumentException} naming the
 * option.
 */
public final class Options {
    private final Map<String, String> values = new HashMap<>();

    /**
     * Parses arguments.
     *
     * @param from index of the first option
     * @param known the allowed options
     */
    public Options(String[] args, int from, List<String> known) {
        for (int i = from; i < args.length; i += 2) {
            if (!known.contains(args[i])) {
                throw new IllegalArgumentException("unknown: " + args[i]);
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            values.put(args[i], args[i + 1]);
        }
    }

    /** Returns the value of an option, null if it is not given. */
    public @Nullable String get(String option) {
        return values.get(option);
    }

    /** Returns the value of an option, or a default. */
    public String get(String option, String otherwise) {
        return values.getOrDefault(option, otherwise);
    }

    /** Returns the path that an option has to name. */
    public Path path(String option) {
        String value = values.get(option);
        if (value == null) {
            throw new IllegalArgumentException(option + " is needed");
        }
        return Path.of(value);
    }

    /** Returns one of several values, or a default. */
    public String choice(String option, String otherwise, List<String> allowed) {
        String value = values.getOrDefault(option, otherwise);
        if (!allowed.contains(value)) {
            throw new IllegalArgumentException(option + ": expected one of " + allowed + ", found " + value);
        }
        return value;
    }

    /** Returns a number within bounds, or a default. */
    public double number(String option, double otherwise, double min, double max) {
        String value = values.get(option);
        if (value == null) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + ": expected a number, found " + value, e);
        }
        throw new IllegalArgumentException(option + ": expected " + min + " to " + max + ", found " + value);
    }

    /** Returns an integer within bounds, or a default. */
    public long integer(String option, long otherwise, long min, long max) {
        String value = values.get(option);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + ": expected a whole number, found " + value, e);
        }
        throw new IllegalArgumentException(option + ": expected " + min + " to " + max + ", found " + value);
    }
}
