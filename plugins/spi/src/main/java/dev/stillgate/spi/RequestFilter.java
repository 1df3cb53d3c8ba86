package dev.stillgate.spi;

/** Filter phase after the request's head was read: header fields, account and address are known, the body is not. */
public non-sealed interface RequestFilter extends Filter {
    Verdict onRequest(Exchange exchange);
}
