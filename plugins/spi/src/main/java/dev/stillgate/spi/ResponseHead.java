package dev.stillgate.spi;

/** Status and header fields of the upstream's response. Valid during the call only. */
public interface ResponseHead {
    /** Returns the status code. */
    int status();

    /** Returns the header fields as the upstream sent them. */
    Headers headers();

    /** Adds a header field after those of the upstream. */
    void add(Header header);
}
