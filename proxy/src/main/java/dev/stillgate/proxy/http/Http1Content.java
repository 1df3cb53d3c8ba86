package dev.stillgate.proxy.http;

import io.netty.buffer.ByteBuf;

/**
 * Finds the end of each message's content on one side of an HTTP/1.1 connection, by its {@link BodyFraming}. Reused for
 * successive messages.
 */
public final class Http1Content {
    private final ChunkedBody chunks = new ChunkedBody();
    private BodyFraming framing = BodyFraming.NONE;
    private long remaining;

    /** Starts the content of the next message. */
    public void begin(BodyFraming next) {
        framing = next;
        remaining = next.length();
        chunks.reset();
    }

    public BodyFraming framing() {
        return framing;
    }

    /** Returns whether the content is complete; never true for content that ends when the connection closes. */
    public boolean isWhole() {
        return switch (framing.kind()) {
            case NONE -> true;
            case LENGTH -> remaining == 0;
            case CHUNKED -> chunks.done();
            case UNTIL_CLOSE -> false;
        };
    }

    /** Returns whether Content-Length is known and at most {@code bytes} of the content are missing. */
    public boolean endsWithin(long bytes) {
        return framing.kind() == BodyFraming.Kind.LENGTH && remaining <= bytes;
    }

    /** Returns whether the content is chunked and another chunk can be inserted here. */
    public boolean atChunkBoundary() {
        return framing.kind() == BodyFraming.Kind.CHUNKED && chunks.atChunkBoundary();
    }

    /**
     * Passes the content among the readable bytes of {@code in} to the sink. The reader index does not move.
     *
     * @return the index after the content's last byte; the writer index unless the content {@link #isWhole}
     * @throws BadMessage when the bytes violate the framing
     */
    public int advance(ByteBuf in, ChunkedBody.Sink sink) throws BadMessage {
        int start = in.readerIndex();
        int end = in.writerIndex();
        if (framing.kind() == BodyFraming.Kind.CHUNKED) {
            return chunks.advance(in, start, end, sink);
        }
        if (framing.kind() == BodyFraming.Kind.LENGTH) {
            end = start + (int) Math.min(remaining, end - start);
            remaining -= end - start;
        }
        sink.payload(in, start, end - start);
        return end;
    }
}
