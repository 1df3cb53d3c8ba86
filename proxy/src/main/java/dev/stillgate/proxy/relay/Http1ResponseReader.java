package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ChunkedBody;
import dev.stillgate.proxy.http.Http1Content;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;

/**
 * Parses the responses on an HTTP/1.1 upstream connection: skips interim responses (RFC 9110 section 15.2) and finds
 * the end of each response.
 */
final class Http1ResponseReader {
    private static final int MAX_HEAD = 64 * 1024;
    private static final int SWITCHING = 101;

    /** Maximum number of interim responses before the final one. */
    private static final int MAX_INTERIM = 32;

    private final Http1Head head = new Http1Head();
    private final Http1HeadParser parser = Http1HeadParser.ofResponses(head, MAX_HEAD);
    private final Http1Content content = new Http1Content();
    private int interim;

    /** Prepares for the next response. */
    void reset() {
        interim = 0;
        parser.reset();
    }

    /** Returns whether any byte of the next head has arrived. */
    boolean hasBegun() {
        return parser.hasBegun();
    }

    /** Returns whether an interim response has arrived, so that the upstream is processing the request. */
    boolean hasInterim() {
        return interim > 0;
    }

    Http1Head head() {
        return head;
    }

    /**
     * Continues reading a head.
     *
     * @return whether the head of a final response or of a 101 response is complete
     * @throws BadMessage when the head is invalid, or there are too many interim responses
     */
    boolean readHead(ByteBuf in) throws BadMessage {
        if (!parser.feed(in)) {
            return false;
        }
        if (head.status() >= 200 || switches()) {
            return true;
        }
        if (++interim > MAX_INTERIM) {
            throw new BadMessage(Verdict.Kind.BAD_GATEWAY, "interim-answers", "There are too many interim responses.");
        }
        parser.reset();
        return false;
    }

    /** Returns whether the head is a 101 response. */
    boolean switches() {
        return head.status() == SWITCHING;
    }

    /**
     * Starts the content after the head.
     *
     * @param toHead whether the request's method was HEAD
     */
    BodyFraming startContent(boolean toHead) throws BadMessage {
        BodyFraming framing = switches() ? BodyFraming.UNTIL_CLOSE : BodyFraming.ofResponse(head, toHead);
        content.begin(framing);
        return framing;
    }

    /** See {@link Http1Content#advance}. */
    int advance(ByteBuf in, ChunkedBody.Sink sink) throws BadMessage {
        return content.advance(in, sink);
    }

    /**
     * Ends content with invalid framing. Its last bytes were not passed on, so the position is not a chunk boundary.
     */
    void abort() {
        content.begin(BodyFraming.NONE);
    }

    /** Returns whether the content is complete. */
    boolean isComplete() {
        return content.isWhole();
    }

    boolean atChunkBoundary() {
        return content.atChunkBoundary();
    }

    /** Returns whether the response ends when the connection closes. */
    boolean endsWithConnection() {
        return content.framing().kind() == BodyFraming.Kind.UNTIL_CLOSE;
    }
}
