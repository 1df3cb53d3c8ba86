package dev.stillgate.proxy.http;

import io.netty.buffer.ByteBuf;

/**
 * Follows a chunked body (RFC 9112 section 7.1) through bytes that come in any pieces, and says which of them are
 * payload. Strict: hexadecimal sizes of at most 15 digits, CRLF line ends, bounded extensions and trailers.
 */
public final class ChunkedBody {
    private static final int MAX_EXTENSION = 256;
    private static final int MAX_TRAILERS = 8192;
    private static final int MAX_DIGITS = 15;

    /** Takes the payload as it is found. */
    @FunctionalInterface
    public interface Sink {
        void payload(ByteBuf in, int index, int length);
    }

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        END_LF,
        DONE
    }

    private State state = State.SIZE;
    private long size;
    private int digits;
    private int overhead;

    /** Gets ready for the next body. */
    public void reset() {
        state = State.SIZE;
        size = 0;
        digits = 0;
        overhead = 0;
    }

    public boolean done() {
        return state == State.DONE;
    }

    /** Returns whether all bytes so far end with a whole chunk, so that another one could be put in. */
    public boolean atChunkBoundary() {
        return state == State.SIZE && digits == 0;
    }

    /**
     * Follows the bytes from {@code index} to {@code end}.
     *
     * @return the index after the last byte of the body; less than {@code end} only when the body is done
     * @throws BadMessage when they are not a chunked body
     */
    public int advance(ByteBuf in, int index, int end, Sink sink) throws BadMessage {
        int at = index;
        while (at < end && state != State.DONE) {
            if (state == State.DATA) {
                int run = (int) Math.min(size, end - at);
                sink.payload(in, at, run);
                at += run;
                size -= run;
                if (size == 0) {
                    state = State.DATA_CR;
                }
            } else {
                state = step(in.getByte(at++));
            }
        }
        return at;
    }

    private State step(byte b) throws BadMessage {
        return switch (state) {
            case SIZE -> sizeOrEnd(b);
            case EXTENSION -> extension(b);
            case SIZE_LF -> afterSize(b);
            case DATA_CR -> expect(b, '\r', State.DATA_LF);
            case DATA_LF -> nextChunk(b);
            case TRAILER_START -> b == '\r' ? State.END_LF : trailer(b);
            case TRAILER -> trailer(b);
            case TRAILER_LF -> expect(b, '\n', State.TRAILER_START);
            case END_LF -> expect(b, '\n', State.DONE);
            case DATA, DONE -> state;
        };
    }

    private State sizeOrEnd(byte b) throws BadMessage {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            if (++digits > MAX_DIGITS) {
                throw bad("A chunk size is too large.");
            }
            size = size << 4 | digit;
            return State.SIZE;
        }
        if (digits == 0) {
            throw bad("A chunk size is not hexadecimal.");
        }
        if (b == '\r') {
            return State.SIZE_LF;
        }
        if (b == ';') {
            overhead = 0;
            return State.EXTENSION;
        }
        throw bad("A chunk size is not hexadecimal.");
    }

    private State extension(byte b) throws BadMessage {
        if (b == '\r') {
            return State.SIZE_LF;
        }
        if (++overhead > MAX_EXTENSION || isControl(b)) {
            throw bad("A chunk extension is too long or has a control character.");
        }
        return State.EXTENSION;
    }

    private State afterSize(byte b) throws BadMessage {
        State next = expect(b, '\n', size == 0 ? State.TRAILER_START : State.DATA);
        overhead = 0;
        return next;
    }

    private State nextChunk(byte b) throws BadMessage {
        State next = expect(b, '\n', State.SIZE);
        digits = 0;
        size = 0;
        return next;
    }

    private State trailer(byte b) throws BadMessage {
        if (b == '\r') {
            return State.TRAILER_LF;
        }
        if (++overhead > MAX_TRAILERS || isControl(b)) {
            throw bad("A trailer is too long or has a control character.");
        }
        return State.TRAILER;
    }

    private static State expect(byte b, char wanted, State next) throws BadMessage {
        if (b != wanted) {
            throw bad("A chunk does not end in CR LF.");
        }
        return next;
    }

    private static boolean isControl(byte b) {
        return (b >= 0 && b < ' ' && b != '\t') || b == 0x7f;
    }

    private static BadMessage bad(String message) {
        return BadMessage.malformed("chunked", message);
    }
}
