package dev.stillgate.canary.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of a verb: {@code --name VALUE}, {@code --name=VALUE}, and flags without a value. */
final class Arguments {
    /** A verb was called wrongly; the message says how. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    private final Map<String, List<String>> values = new HashMap<>();

    /**
     * Reads a command line.
     *
     * @throws UsageException when an option is not known, has no value, or stands where none may
     */
    Arguments(List<String> words, Set<String> options, Set<String> flags) throws UsageException {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            String name = equals > 0 ? word.substring(0, equals) : word;
            if (flags.contains(word)) {
                values.put(word, List.of());
            } else if (!options.contains(name)) {
                throw new UsageException("unknown argument " + word);
            } else if (equals > 0) {
                values.computeIfAbsent(name, any -> new ArrayList<>()).add(word.substring(equals + 1));
            } else if (++i < words.size()) {
                values.computeIfAbsent(name, any -> new ArrayList<>()).add(words.get(i));
            } else {
                throw new UsageException(name + " needs a value");
            }
        }
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** Returns the value, null when the option was not given. */
    @Nullable
    String one(String name) throws UsageException {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw new UsageException(name + " may be given once");
        }
        return all.isEmpty() ? null : all.getFirst();
    }

    /** Returns the value of an option that has to be given. */
    String required(String name) throws UsageException {
        String value = one(name);
        if (value == null) {
            throw new UsageException(name + " is missing");
        }
        return value;
    }
}
