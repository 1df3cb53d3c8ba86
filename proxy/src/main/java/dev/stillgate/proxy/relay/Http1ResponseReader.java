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
 * Reads one answer after the other off an HTTP/1.1 connection to an upstream: passes over the interim ones before each, and
 * knows where it ends.
 */
final class Http1ResponseReader {
    private static final int MAX_HEAD = 64 * 1024;
    private static final int SWITCHING = 101;

    /** The most interim answers before the answer. */
    private static final int MAX_INTERIM = 32;

    private final Http1Head head = new Http1Head();
    private final Http1HeadParser parser = Http1HeadParser.ofResponses(head, MAX_HEAD);
    private final Http1Content content = new Http1Content();
    private int interim;

    /** Gets ready for the next answer. */
    void begin() {
        interim = 0;
        parser.reset();
    }

    /** Returns whether anything of the head that is awaited has come. */
    boolean hasBegun() {
        return parser.started();
    }

    /** Returns whether an interim answer has come: the upstream has begun to work on the request. */
    boolean hasInterim() {
        return interim > 0;
    }

    Http1Head head() {
        return head;
    }

    /**
     * Reads on in a head.
     *
     * @return whether it is whole and an answer's, or one that changes the protocol
     * @throws BadMessage when it is none, or one interim answer too many
     */
    boolean readHead(ByteBuf in) throws BadMessage {
        if (!parser.feed(in)) {
            return false;
        }
        if (head.status() >= 200 || switches()) {
            return true;
        }
        if (++interim > MAX_INTERIM) {
            throw new BadMessage(
                    Verdict.Kind.BAD_GATEWAY, "interim-answers", "There are too many answers before the answer.");
        }
        parser.reset();
        return false;
    }

    /** Returns whether the head changes the protocol. */
    boolean switches() {
        return head.status() == SWITCHING;
    }

    /**
     * Begins the content that follows the head.
     *
     * @param toHead whether the request's method was HEAD
     */
    BodyFraming beginContent(boolean toHead) throws BadMessage {
        BodyFraming framing = switches() ? BodyFraming.UNTIL_CLOSE : BodyFraming.ofResponse(head, toHead);
        content.begin(framing);
        return framing;
    }

    /** As {@link Http1Content#advance}. */
    int advance(ByteBuf in, ChunkedBody.Sink sink) throws BadMessage {
        return content.advance(in, sink);
    }

    /** The content is not as it is framed: what came last is not handed over, and nobody may take it for a whole chunk. */
    void breakOff() {
        content.begin(BodyFraming.NONE);
    }

    /** Returns whether all of the content has come. */
    boolean isWhole() {
        return content.isWhole();
    }

    boolean atChunkBoundary() {
        return content.atChunkBoundary();
    }

    /** Returns whether the answer goes on until the connection closes. */
    boolean endsWithConnection() {
        return content.framing().kind() == BodyFraming.Kind.UNTIL_CLOSE;
    }
}
