package dev.stillgate.spi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy that cannot be carried out, with the key at which it fails. Further failures of the same policy are suppressed
 * exceptions of the first.
 */
public final class PolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String at;
    private final @Nullable String first;

    /**
     * A failure at a key.
     *
     * @param at the path of the key below {@code config}, such as {@code databases.country} or {@code limits[2].refill};
     *     empty for the whole
     * @param message what is wrong and what was expected
     */
    public PolicyException(String at, String message) {
        this(at, message, null);
    }

    /**
     * A failure at a key that repeats another one.
     *
     * @param at as above
     * @param message as above
     * @param first the path of the key that has the same value, whose line is added to the message; null for none
     */
    public PolicyException(String at, String message, @Nullable String first) {
        super(message);
        this.at = at;
        this.first = first;
    }

    public String at() {
        return at;
    }

    /** Returns the path of the key that this one repeats, null for none. */
    public @Nullable String first() {
        return first;
    }

    /** Returns this failure and all further ones. */
    public List<PolicyException> all() {
        List<PolicyException> all = new ArrayList<>(List.of(this));
        for (Throwable further : getSuppressed()) {
            if (further instanceof PolicyException failure) {
                all.addAll(failure.all());
            }
        }
        return all;
    }

    /** Throws the first of the failures with the others as its suppressed exceptions; does nothing when there is none. */
    public static void throwIfAny(List<PolicyException> failures) {
        if (!failures.isEmpty()) {
            PolicyException thrown = failures.getFirst();
            failures.stream().skip(1).forEach(thrown::addSuppressed);
            throw thrown;
        }
    }
}
