package dev.stillgate.proxy.http;

/**
 * Receives the fields of an HTTP/2 field section in order. Implementations must not throw: an invalid field must not
 * stop the decoding of the next.
 */
@FunctionalInterface
public interface Http2Fields {
    void field(CharSequence name, CharSequence value);
}
