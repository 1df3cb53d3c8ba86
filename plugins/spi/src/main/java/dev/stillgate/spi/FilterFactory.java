package dev.stillgate.spi;

/**
 * Creates filters of one type from their policies; found by {@link java.util.ServiceLoader}.
 *
 * @param <P> the policy: a record whose components are the keys of {@code config:} in YAML. A component marked
 *     {@code Nullable} is optional; the record's constructor sets its default, and rejects invalid values with
 *     {@link IllegalArgumentException}. Types: numbers, booleans, {@code String}, enums (in YAML in
 *     lower case, with {@code -} for {@code _}), {@link java.time.Duration} ({@code 30s}), {@link java.nio.file.Path}
 *     (relative to the policy file), {@link ByteSize} ({@code 32MiB}), records, lists, sets and maps of these. A
 *     {@link java.math.BigDecimal} is an exact number.
 */
public interface FilterFactory<P extends Record> {
    /** Returns the value of {@code type:} in the policy file. */
    String type();

    Class<P> policyType();

    /**
     * Creates a filter.
     *
     * @throws PolicyException if the policy cannot be applied; there are no side effects then
     */
    Filter create(P policy, FilterContext context);

    /** Returns whether filters of this type make pooled accounts draw from the limits of their pool. */
    default boolean enforcesPools() {
        return false;
    }

    /**
     * Warns of settings that have no effect within the whole policy. Called when a policy is validated, never for a
     * request.
     */
    default void review(P policy, PolicyReview review) {}
}
