package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2FrameReader;
import dev.stillgate.proxy.http2.Http2Output;

/**
 * Timeouts of a client's HTTP/2 connection: for its preface, for the rest of a field section, and for the client to
 * accept what was written.
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
     * Checks all timeouts.
     *
     * @param began when the connection opened
     * @throws Http2Fault when a field section was not completed in time
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
