package dev.stillgate.proxy.account;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of a caller that come with its credential, such as claims of a token.
 *
 * @param organisation the organisation it belongs to, null when unknown
 * @param organisations the organisations that count, also as one of an earlier credential of the caller
 * @param tier the tier whose limits apply; empty for none, null when unknown
 * @param verified whether the customer's identity has been verified
 */
public record AccountAttributes(
        @Nullable String organisation,
        Set<String> organisations,
        @Nullable String tier,
        boolean verified) {}
