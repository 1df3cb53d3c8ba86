package dev.stillgate.proxy.listen;

import dev.stillgate.proxy.http2.Http2Output;
import dev.stillgate.proxy.http2.Http2ReceiveWindow;
import dev.stillgate.proxy.http2.Http2Session;

/**
 * Flow control of request bodies on one connection (RFC 9113 section 5.2): the connection's receive window, and the
 * WINDOW_UPDATE frames of its streams. Content that waits for an upstream is withheld from the connection's window as
 * well, which bounds what is buffered for all streams together.
 */
final class Http2Inflow {
    private static final int LARGE_WINDOW = 1 << 20;

    private final Http2Output out;
    private final Http2ReceiveWindow window;

    Http2Inflow(Http2Session<Http2Stream> session) {
        this.out = session.out();
        this.window = session.receiveWindow();
    }

    /** Returns whether content that waits for upstreams leaves the client no window. */
    boolean isHeldBack() {
        return window.isHeldBack();
    }

    /**
     * Accounts for content that a stream has processed: withholds it while the stream is paused, else returns the
     * credit.
     */
    void processed(Http2Stream stream, int flow) {
        if (stream.isClosed()) {
            return;
        }
        Http2Upload upload = stream.upload();
        if (upload.isPaused()) {
            upload.window().withhold(flow);
            window.withhold(flow);
        } else if (!upload.isComplete()) {
            upload.window().grant(stream.id(), out);
        }
    }

    /** Enlarges the windows for a request whose body is charged to the memory budget. */
    void enlarge(Http2Stream stream) {
        Http2ReceiveWindow streamWindow = stream.upload().window();
        streamWindow.resize(LARGE_WINDOW);
        streamWindow.grant(stream.id(), out);
        window.resize(LARGE_WINDOW);
        window.grant(0, out);
    }

    /** Returns the withheld credit of a stream that resumed reading. */
    void resumed(Http2Stream stream) {
        Http2ReceiveWindow streamWindow = stream.upload().window();
        window.releaseWithheld(streamWindow.releaseWithheld());
        if (!stream.upload().isComplete()) {
            streamWindow.grant(stream.id(), out);
        }
        window.grant(0, out);
    }

    /** Returns the withheld credit of a closed stream. */
    void closed(Http2Stream stream) {
        window.releaseWithheld(stream.upload().window().releaseWithheld());
        window.grant(0, out);
    }
}
