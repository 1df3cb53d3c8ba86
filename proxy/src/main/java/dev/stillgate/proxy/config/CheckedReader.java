package dev.stillgate.proxy.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Streaming UTF-8 decoder with the checks of {@link TextFile#text}: malformed bytes and control characters raise a
 * {@link BadTextException} with line and column.
 */
public final class CheckedReader extends Reader {
    private final Path file;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).limit(0);
    private final CharBuffer chars = CharBuffer.allocate(1 << 16).limit(0);
    private boolean ended;
    private boolean started;
    private int line = 1;
    private int column = 1;
    private char previous;
    private @Nullable Problem problem;

    /**
     * Creates a reader of a stream.
     *
     * @param file the file named in positions
     */
    public CheckedReader(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /** Thrown for malformed UTF-8 or a control character, with its position. */
    public static final class BadTextException extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        private BadTextException(Problem problem) {
            super(problem.toString());
            this.problem = problem;
        }

        public Problem problem() {
            return problem;
        }
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        while (!chars.hasRemaining()) {
            if (problem != null) {
                throw new BadTextException(problem);
            }
            if (ended && !bytes.hasRemaining()) {
                return -1;
            }
            fill();
        }
        int count = Math.min(length, chars.remaining());
        chars.get(target, offset, count);
        return count;
    }

    private void fill() throws IOException {
        chars.clear();
        CoderResult result = decoder.decode(bytes, chars, ended);
        chars.flip();
        if (!started && chars.hasRemaining()) {
            started = true;
            chars.position(chars.get(0) == '\uFEFF' ? 1 : 0);
        }
        check();
        if (result.isError() && problem == null) {
            problem = new Problem(new Position(file, line, column), "is not valid UTF-8 from here on");
        } else if (result.isUnderflow() && !ended) {
            bytes.compact();
            int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
            bytes.position(bytes.position() + Math.max(read, 0)).flip();
            ended = read < 0;
        }
    }

    /** Advances the position, and truncates the buffer before the first character that is not allowed. */
    private void check() {
        for (int i = chars.position(); i < chars.limit(); i++) {
            char c = chars.get(i);
            String bad = TextFile.bad(c);
            if (bad != null) {
                problem = new Problem(new Position(file, line, column), bad);
                chars.limit(i);
                return;
            }
            if (c == '\n' || previous == '\r') {
                line++;
                column = c == '\n' ? 1 : 2;
            } else if (!Character.isLowSurrogate(c)) {
                column++;
            }
            previous = c;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
