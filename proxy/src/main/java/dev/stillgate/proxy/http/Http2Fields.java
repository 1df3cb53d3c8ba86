package dev.stillgate.proxy.http;

/** Takes the fields of an HTTP/2 field section in the order in which they came; what is wrong with one must not stop the next. */
@FunctionalInterface
public interface Http2Fields {
    /** Takes a field. */
    void field(CharSequence name, CharSequence value);
}
