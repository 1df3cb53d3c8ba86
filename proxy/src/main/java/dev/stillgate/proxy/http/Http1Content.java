package dev.stillgate.proxy.http;

import io.netty.buffer.ByteBuf;

/**
 * The content of the messages on one side of an HTTP/1.1 connection, one after the other: finds where each ends, by its
 * framing.
 */
public final class Http1Content {
    private final ChunkedBody chunks = new ChunkedBody();
    private BodyFraming framing = BodyFraming.NONE;
    private long remaining;

    /** Begins the content of another message. */
    public void begin(BodyFraming next) {
        framing = next;
        remaining = next.length();
        chunks.reset();
    }

    public BodyFraming framing() {
        return framing;
    }

    /** Returns whether all of it has come; of content that goes on until the connection closes, nobody knows. */
    public boolean isWhole() {
        return switch (framing.kind()) {
            case NONE -> true;
            case LENGTH -> remaining == 0;
            case CHUNKED -> chunks.done();
            case UNTIL_CLOSE -> false;
        };
    }

    /** Returns whether it was said to end within so many bytes from here. */
    public boolean endsWithin(long bytes) {
        return framing.kind() == BodyFraming.Kind.LENGTH && remaining <= bytes;
    }

    /** Returns whether it comes in chunks and another one could be put in here. */
    public boolean atChunkBoundary() {
        return framing.kind() == BodyFraming.Kind.CHUNKED && chunks.atChunkBoundary();
    }

    /**
     * Hands over what is content of the readable bytes of {@code in}, whose reader index stays where it is.
     *
     * @return the index after the last byte of it, which is the writer index unless the content {@link #isWhole}
     * @throws BadMessage when they are not as they are framed
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
