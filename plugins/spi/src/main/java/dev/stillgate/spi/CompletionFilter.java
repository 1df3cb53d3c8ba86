package dev.stillgate.spi;

/** The last phase: what became of the exchange. */
public non-sealed interface CompletionFilter extends Filter {
    /**
     * Settles the exchange. Called exactly once for every filter whose earlier phase ran, also when a later filter
     * refused the request or the peer went away.
     */
    void onComplete(Exchange exchange, Outcome outcome);
}
