package dev.stillgate.spi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thrown for a policy that cannot be applied, with the key that is wrong. Further errors of the same policy are
 * suppressed exceptions of the first.
 */
public final class PolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String at;
    private final @Nullable String first;

    /**
     * An error at a key.
     *
     * @param at the path of the key below {@code config}, such as {@code databases.country} or {@code
     *     limits[2].refill}; empty for the whole policy
     * @param message what is wrong and what was expected
     */
    public PolicyException(String at, String message) {
        this(at, message, null);
    }

    /**
     * An error at a key that duplicates another key's value.
     *
     * @param at as above
     * @param message as above
     * @param first the path of the duplicated key, whose line is added to the message; null for none
     */
    public PolicyException(String at, String message, @Nullable String first) {
        super(message);
        this.at = at;
        this.first = first;
    }

    public String at() {
        return at;
    }

    /** Returns the path of the duplicated key, or null. */
    public @Nullable String first() {
        return first;
    }

    /** Returns this error and all further ones. */
    public List<PolicyException> all() {
        List<PolicyException> all = new ArrayList<>(List.of(this));
        for (Throwable further : getSuppressed()) {
            if (further instanceof PolicyException failure) {
                all.addAll(failure.all());
            }
        }
        return all;
    }

    /** Throws the first error with the others as suppressed exceptions; does nothing if the list is empty. */
    public static void throwIfAny(List<PolicyException> failures) {
        if (!failures.isEmpty()) {
            PolicyException thrown = failures.getFirst();
            failures.stream().skip(1).forEach(thrown::addSuppressed);
            throw thrown;
        }
    }
}
