package dev.stillgate.spi;

/**
 * Makes a filter from its policy; found by {@link java.util.ServiceLoader}.
 *
 * @param <P> the policy: a record whose components are the keys of {@code config:} in YAML. A component marked
 *     {@code Nullable} may be left out; the record's constructor puts the default and refuses with
 *     {@link IllegalArgumentException} what makes no sense. Types: numbers, booleans, {@code String}, enums (in YAML in
 *     lower case, with {@code -} for {@code _}), {@link java.time.Duration} ({@code 30s}), {@link java.nio.file.Path}
 *     (relative to the policy file), {@link ByteSize} ({@code 32MiB}), records, lists, sets and maps of these.
 */
public interface FilterFactory<P extends Record> {
    /** Returns the value of {@code type:} in the policy file. */
    String type();

    Class<P> policyType();

    /**
     * Makes the filter.
     *
     * @throws PolicyException when the policy cannot be carried out; nothing changes then
     */
    Filter create(P policy, FilterContext context);

    /**
     * Warns of what in a policy can never have an effect in the whole that it is part of; called when a policy is
     * validated, never for a request.
     */
    default void review(P policy, PolicyReview review) {}
}
