package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.ResponseHead;
import org.jspecify.annotations.Nullable;

/** The head of an answer as a filter in shadow gets it: what it adds is dropped. */
final class ShadowHead implements ResponseHead {
    private @Nullable ResponseHead real;

    void lend(@Nullable ResponseHead head) {
        real = head;
    }

    @Override
    public int status() {
        return lent().status();
    }

    @Override
    public Headers headers() {
        return lent().headers();
    }

    @Override
    public void add(Header header) {
        lent();
    }

    private ResponseHead lent() {
        if (real == null) {
            throw new IllegalStateException("a response head is valid during the call only");
        }
        return real;
    }
}
