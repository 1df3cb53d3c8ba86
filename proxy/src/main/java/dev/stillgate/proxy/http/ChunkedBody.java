package dev.stillgate.proxy.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Incremental decoder of the chunked transfer coding (RFC 9112 section 7.1). Input may be cut at any byte.
 *
 * <p>Strict: hexadecimal sizes of at most 15 digits, CRLF line ends, well-formed extensions of bounded length. Trailer
 * fields that affect framing, routing or accounts are rejected (RFC 9110 section 6.5.1).
 */
public final class ChunkedBody {
    private static final int MAX_EXTENSION = 256;
    private static final int MAX_EXTENSIONS = 8192;
    private static final int MAX_TRAILERS = 8192;
    private static final int MAX_DIGITS = 15;

    /** Receives each run of payload bytes. */
    @FunctionalInterface
    public interface Sink {
        void payload(ByteBuf in, int index, int length);
    }

    private enum State {
        SIZE,
        EXTENSION_START,
        EXTENSION_NAME,
        EXTENSION_VALUE_START,
        EXTENSION_VALUE,
        EXTENSION_QUOTED,
        EXTENSION_QUOTED_PAIR,
        EXTENSION_QUOTED_END,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER,
        TRAILER_LF,
        END_LF,
        DONE
    }

    private final byte[] name = new byte[KnownHeader.LONGEST];
    private State state = State.SIZE;
    private long size;
    private int digits;
    private int overhead;
    private int extensions;
    private int nameLength;

    /** Prepares for the next body. */
    public void reset() {
        state = State.SIZE;
        size = 0;
        digits = 0;
        overhead = 0;
        extensions = 0;
    }

    public boolean done() {
        return state == State.DONE;
    }

    /** Returns whether the bytes so far end with a complete chunk, so that another chunk can be inserted. */
    public boolean atChunkBoundary() {
        return state == State.SIZE && digits == 0;
    }

    /**
     * Decodes the bytes from {@code index} to {@code end}.
     *
     * @return the index after the last byte of the body; less than {@code end} only when the body is complete
     * @throws BadMessage when the bytes are not a valid chunked body
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
            case EXTENSION_START,
                    EXTENSION_NAME,
                    EXTENSION_VALUE_START,
                    EXTENSION_VALUE,
                    EXTENSION_QUOTED,
                    EXTENSION_QUOTED_PAIR,
                    EXTENSION_QUOTED_END -> extension(b);
            case SIZE_LF -> afterSize(b);
            case DATA_CR -> expect(b, '\r', State.DATA_LF);
            case DATA_LF -> nextChunk(b);
            case TRAILER_START -> trailerStart(b);
            case TRAILER_NAME -> trailerName(b);
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
            return State.EXTENSION_START;
        }
        throw bad("A chunk size is not hexadecimal.");
    }

    /**
     * Reads {@code chunk-ext-name [ "=" ( token / quoted-string ) ]} (RFC 9112 section 7.1.1, RFC 9110 section 5.6.4).
     * Whitespace is accepted after the semicolon only. An unfinished extension is rejected because recipients disagree
     * on where it ends.
     */
    private State extension(byte b) throws BadMessage {
        boolean ends = b == '\r' || b == ';';
        if (b != '\r' && (++overhead > MAX_EXTENSION || ++extensions > MAX_EXTENSIONS || isControl(b))) {
            throw bad("Chunk extensions are too long or have a control character.");
        }
        State next = switch (state) {
            case EXTENSION_START -> Http1Head.isBlank(b) ? state : token(b, State.EXTENSION_NAME);
            case EXTENSION_NAME -> ends ? endExtension(b) : b == '=' ? State.EXTENSION_VALUE_START : token(b, state);
            case EXTENSION_VALUE_START -> b == '"' ? State.EXTENSION_QUOTED : token(b, State.EXTENSION_VALUE);
            case EXTENSION_VALUE -> ends ? endExtension(b) : token(b, state);
            case EXTENSION_QUOTED ->
                switch (b) {
                    case '"' -> State.EXTENSION_QUOTED_END;
                    case '\\' -> State.EXTENSION_QUOTED_PAIR;
                    case '\r' -> null;
                    default -> state;
                };
            case EXTENSION_QUOTED_PAIR -> b == '\r' ? null : State.EXTENSION_QUOTED;
            default -> ends ? endExtension(b) : null;
        };
        if (next == null) {
            throw bad("A chunk extension is not a name or a name and a value.");
        }
        return next;
    }

    private static State endExtension(byte b) {
        return b == ';' ? State.EXTENSION_START : State.SIZE_LF;
    }

    private static @Nullable State token(byte b, State next) {
        return Http1HeadParser.isToken(b) ? next : null;
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

    private State trailerStart(byte b) throws BadMessage {
        if (b == '\r') {
            return State.END_LF;
        }
        nameLength = 0;
        return trailerName(b);
    }

    private State trailerName(byte b) throws BadMessage {
        if (b == ':' && nameLength > 0) {
            boolean known = nameLength <= name.length && KnownHeader.of(name, 0, nameLength) != KnownHeader.OTHER;
            if (known) {
                throw bad("A trailer has a name that is for the head only.");
            }
            return State.TRAILER;
        }
        if (++overhead > MAX_TRAILERS || !Http1HeadParser.isToken(b)) {
            throw bad("A trailer is too long or has no proper name.");
        }
        if (nameLength < name.length) {
            name[nameLength] = b;
        }
        nameLength++;
        return State.TRAILER_NAME;
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
