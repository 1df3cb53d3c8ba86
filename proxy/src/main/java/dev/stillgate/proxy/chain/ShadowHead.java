package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.ResponseHead;
import org.jspecify.annotations.Nullable;

/** View of a response head for filters in shadow: header fields that they add are ignored. */
final class ShadowHead implements ResponseHead {
    private @Nullable ResponseHead head;

    void wrap(@Nullable ResponseHead wrapped) {
        head = wrapped;
    }

    @Override
    public int status() {
        return valid().status();
    }

    @Override
    public Headers headers() {
        return valid().headers();
    }

    @Override
    public void add(Header header) {
        valid();
    }

    private ResponseHead valid() {
        if (head == null) {
            throw new IllegalStateException("a response head is only valid during the call of onResponse");
        }
        return head;
    }
}
