package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2FrameReader;
import dev.stillgate.proxy.http2.Http2Output;

/**
 * How long a connection waits for its peer: for its first words, for the rest of a field section, and for it to take what
 * was written to it.
 */
final class Http2Timeouts {
    private final ListenOptions terms;
    private final Http2FrameReader reader;
    private final Http2Output out;
    private final ClientPace pace;
    private int section;
    private long sectionSince;

    Http2Timeouts(ListenOptions terms, Http2FrameReader reader, Http2Output out) {
        this.terms = terms;
        this.reader = reader;
        this.out = out;
        this.pace = new ClientPace(terms);
    }

    /**
     * Looks whether time has run out.
     *
     * @param began when the connection did
     * @throws Http2Fault when the rest of a field section did not come
     */
    void onTick(long now, long began) throws Http2Fault {
        long forWords = terms.headTimeout().toNanos();
        if (pace.isAnswerStuck(now, out.unsent().isStuck())) {
            out.unsent().drop();
            out.close();
        } else if (!reader.isSettled() && now - began >= forWords) {
            out.close();
        }
        int underWay = reader.fieldsUnderWay();
        if (underWay == 0 || underWay != section) {
            section = underWay;
            sectionSince = now;
        } else if (now - sectionSince >= forWords) {
            throw Http2Fault.calm("http2-head-timeout");
        }
    }
}
