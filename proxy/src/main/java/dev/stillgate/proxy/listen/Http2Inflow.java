package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2Wire;

/**
 * What the peer of a connection may still send on all its streams together (RFC 9113 section 5.2), and how it is told of
 * more. Content that waits for an upstream keeps its part of the connection's window as well, so that what waits on one
 * connection has a bound, however many streams it comes on.
 */
final class Http2Inflow {
    private static final int WIDE = 1 << 20;

    private final Http2Output out;
    private final Http2ReceiveWindow window = new Http2ReceiveWindow();

    Http2Inflow(Http2Output out) {
        this.out = out;
    }

    /** Takes what has come; returns false when it is more than was allowed. */
    boolean take(int flow) {
        return window.take(flow);
    }

    /** Returns whether the peer cannot go on because of what waits for an upstream. */
    boolean isHeldBack() {
        return window.isHeldBack();
    }

    /** Content of an open stream has been dealt with. */
    void taken(Http2Stream stream, int flow) {
        if (stream.isClosed()) {
            return;
        }
        Http2Upload upload = stream.upload();
        if (upload.isPaused()) {
            upload.window().withhold(flow);
            window.withhold(flow);
        } else if (!upload.isWhole()) {
            grant(stream.id(), upload.window());
        }
    }

    /** Gives back what the connection has room for. */
    void grant() {
        grant(0, window);
    }

    private void grant(int id, Http2ReceiveWindow from) {
        int more = from.grant();
        if (more > 0) {
            Http2Wire.windowUpdate(out.room(13), id, more);
            out.flushSoon();
        }
    }

    /** Lets requests come faster whose memory is accounted for elsewhere. */
    void widen(Http2Stream stream) {
        Http2ReceiveWindow own = stream.upload().window();
        own.widen(WIDE);
        grant(stream.id(), own);
        window.widen(WIDE);
        grant();
    }

    /** A stream is read again. */
    void resumed(Http2Stream stream) {
        Http2ReceiveWindow own = stream.upload().window();
        window.letGo(own.letGo());
        if (!stream.upload().isWhole()) {
            grant(stream.id(), own);
        }
        grant();
    }

    /** A stream is closed. */
    void closed(Http2Stream stream) {
        window.letGo(stream.upload().window().letGo());
        grant();
    }
}
