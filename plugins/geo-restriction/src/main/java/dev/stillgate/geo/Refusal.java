package dev.stillgate.geo;

import dev.stillgate.spi.Verdict;
import dev.stillgate.spi.Verdict.Kind;
import java.util.Locale;

/** Why a request is refused. The code is for logs and metrics; the caller reads the same sentence whichever it was. */
@SuppressWarnings("ImmutableEnumChecker") // a Reject is immutable; it copies its list
enum Refusal {
    /** The address is in {@code deny.networks}. */
    NETWORK_DENIED,
    /** The autonomous system is in {@code deny.asns}. */
    ASN_DENIED,
    /** A kind of anonymiser that the address is known as is in {@code deny.anonymisers}. */
    ANONYMISER_DENIED,
    /** The country is in {@code deny.countries}. */
    COUNTRY_DENIED,
    /** No country is known, and {@code unknown} is {@code deny}. */
    UNKNOWN_DENIED,
    /** There is a list of what is let in, and the address is not on it. */
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
