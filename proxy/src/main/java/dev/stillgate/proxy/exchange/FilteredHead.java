package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.ResponseHead;
import java.util.ArrayList;
import java.util.List;

/** The filters' view of the upstream's response head, which collects the header fields that they add. */
final class FilteredHead implements ResponseHead {
    private final Http1Head head;
    private List<Header> added = List.of();

    FilteredHead(Http1Head head) {
        this.head = head;
    }

    List<Header> added() {
        return added;
    }

    @Override
    public int status() {
        return head.status();
    }

    @Override
    public Headers headers() {
        return head;
    }

    @Override
    public void add(Header header) {
        if (added.isEmpty()) {
            added = new ArrayList<>(4);
        }
        added.add(header);
    }
}
