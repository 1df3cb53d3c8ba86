package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Fault;
import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2Session;

/**
 * Timeouts of a client's HTTP/2 connection: for its preface, for the rest of a field section, and for the client to
 * accept what was written.
 */
final class Http2Timeouts {
    private final ListenOptions options;
    private final Http2Session<?> session;
    private final Http2Output out;
    private final ClientPace pace;

    Http2Timeouts(ListenOptions options, Http2Session<?> session) {
        this.options = options;
        this.session = session;
        this.out = session.out();
        this.pace = new ClientPace(options);
    }

    /**
     * Checks all timeouts.
     *
     * @param began when the connection opened
     * @throws Http2Fault when a field section was not completed in time
     */
    void onTick(long now, long began) throws Http2Fault {
        long limit = options.headTimeout().toNanos();
        if (pace.isResponseStuck(now, out.pendingWrites().isStuck())) {
            out.pendingWrites().drop();
            out.close();
        } else if (!session.isPrefaceComplete() && now - began >= limit) {
            out.close();
        }
        if (session.isSectionOverdue(now, limit)) {
            throw Http2Fault.calm("http2-head-timeout");
        }
    }
}
