package dev.stillgate.spi;

/** Filter phase after the head of the upstream's response was read, before any of it is forwarded. */
public non-sealed interface ResponseFilter extends Filter {
    /** Returns how the response is forwarded; {@link ResponseTap#NONE} leaves it unchanged. */
    ResponseTap onResponse(Exchange exchange, ResponseHead head);
}
