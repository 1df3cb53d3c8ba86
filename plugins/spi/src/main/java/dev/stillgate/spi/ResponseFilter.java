package dev.stillgate.spi;

/** The phase in which the head of the upstream's answer is known and none of it has been passed on. */
public non-sealed interface ResponseFilter extends Filter {
    /** Returns how the answer is to be tapped: {@link ResponseTap#NONE} leaves every byte as it came. */
    ResponseTap onResponse(Exchange exchange, ResponseHead head);
}
