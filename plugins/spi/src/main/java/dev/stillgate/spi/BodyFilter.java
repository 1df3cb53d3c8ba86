package dev.stillgate.spi;

/** The phase in which the engine has read and parsed the whole request body, once, for all filters. */
public non-sealed interface BodyFilter extends Filter {
    /** Judges the body; {@code body} and everything reached through it is valid during the call only. */
    Verdict onBody(Exchange exchange, BodyView body);
}
