package dev.stillgate.spi;

/** The phase in which headers, account and address are known and the body has not been read. */
public non-sealed interface RequestFilter extends Filter {
    Verdict onRequest(Exchange exchange);
}
