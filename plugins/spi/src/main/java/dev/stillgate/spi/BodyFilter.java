package dev.stillgate.spi;

/** Filter phase after the whole request body was read and parsed, once for all filters. */
public non-sealed interface BodyFilter extends Filter {
    /** Decides on the request; {@code body} and everything reached through it is valid during the call only. */
    Verdict onBody(Exchange exchange, BodyView body);
}
