package dev.stillgate.geo;

import dev.stillgate.spi.Verdict;
import dev.stillgate.spi.Verdict.Kind;
import java.util.Locale;

/** Reasons of a refusal. The code is for logs and metrics; clients always receive the same sentence. */
@SuppressWarnings("ImmutableEnumChecker") // a Reject is immutable; it copies its list
enum RefusalReason {
    /** The address is in {@code deny.networks}. */
    NETWORK_DENIED,
    /** The autonomous system is in {@code deny.asns}. */
    ASN_DENIED,
    /** A kind of anonymiser of the address is in {@code deny.anonymisers}. */
    ANONYMISER_DENIED,
    /** The country is in {@code deny.countries}. */
    COUNTRY_DENIED,
    /** The country is unknown, and {@code unknown} is {@code deny}. */
    UNKNOWN_DENIED,
    /** An {@code allow} list exists and does not contain the address. */
    NOT_ALLOWED;

    private static final String MESSAGE = "This service is not available from your network or region.";

    private final String code = name().toLowerCase(Locale.ROOT).replace('_', '-');
    private final Verdict.Reject verdict = new Verdict.Reject(Kind.FORBIDDEN_REGION, code, MESSAGE);

    String code() {
        return code;
    }

    Verdict.Reject verdict() {
        return verdict;
    }
}
