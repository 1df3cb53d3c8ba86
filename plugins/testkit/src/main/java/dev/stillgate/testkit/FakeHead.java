package dev.stillgate.testkit;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.ResponseHead;
import java.util.ArrayList;
import java.util.List;

/** The head of a response, with the header fields that filters added. */
record FakeHead(int status, Headers headers, List<Header> added) implements ResponseHead {
    FakeHead(int status, Headers headers) {
        this(status, headers, new ArrayList<>());
    }

    @Override
    public void add(Header header) {
        added.add(header);
    }
}
