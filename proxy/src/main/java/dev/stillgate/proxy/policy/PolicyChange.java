package dev.stillgate.proxy.policy;

import org.jspecify.annotations.Nullable;

/**
 * The origin of a change of policy.
 *
 * @param cause what triggered it, such as {@code watch}, {@code admin} or {@code signal}
 * @param by who asked for it; null if unknown
 * @param why the reason that was given; null for none
 */
public record PolicyChange(
        String cause, @Nullable String by, @Nullable String why) {
    /** Returns a change without name and reason. */
    public static PolicyChange of(String cause) {
        return new PolicyChange(cause, null, null);
    }
}
