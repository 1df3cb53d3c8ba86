package dev.stillgate.spi;

/** The head of the upstream's answer, valid during the call only. */
public interface ResponseHead {
    /** Returns the status code. */
    int status();

    /** Returns the header fields as the upstream sent them. */
    Headers headers();

    /** Adds a header field to the answer, after those of the upstream. */
    void add(Header header);
}
