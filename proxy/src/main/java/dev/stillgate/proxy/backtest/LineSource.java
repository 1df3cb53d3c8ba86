package dev.stillgate.proxy.backtest;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Line reader of one file in plain or gzip format, detected by the first bytes. Lines are returned as slices of a
 * reused buffer.
 */
final class LineSource implements Closeable {
    /** The maximum length of a line, in bytes. */
    static final int LONGEST = 32 << 20;

    private static final int BUFFER = 1 << 18;

    private final Path file;
    private final Counting raw;
    private final InputStream in;
    private byte[] buf = new byte[BUFFER];
    private int start;
    private int stop;
    private int filled;
    private boolean ended;
    private long number;

    LineSource(Path file) throws IOException {
        this.file = file;
        this.raw = new Counting(Files.newInputStream(file));
        InputStream opened = null;
        try {
            BufferedInputStream peeked = new BufferedInputStream(raw, BUFFER);
            peeked.mark(2);
            boolean gzip = peeked.read() == 0x1f && peeked.read() == 0x8b;
            peeked.reset();
            opened = gzip ? new GZIPInputStream(peeked, BUFFER) : peeked;
        } finally {
            if (opened == null) {
                raw.close();
            }
        }
        this.in = opened;
    }

    /**
     * Advances to the next non-empty line. Returns false at the end.
     *
     * @throws BrokenLine if the line is too long, or the rest of a compressed file is unreadable; the file then ends
     */
    boolean next() throws IOException, BrokenLine {
        do {
            start = stop;
            if (!findEnd()) {
                return false;
            }
        } while (length() == 0);
        return true;
    }

    private boolean findEnd() throws IOException, BrokenLine {
        number++;
        int scanned = start;
        while (true) {
            int feed = ByteSearch.indexOfFeed(buf, scanned, filled);
            if (feed >= 0) {
                stop = feed + 1;
                return true;
            }
            scanned = filled;
            if (scanned - start > LONGEST) {
                skipLine();
                throw new BrokenLine("a line longer than " + LONGEST + " bytes");
            }
            int moved = start;
            if (ended || !fill()) {
                stop = filled;
                return stop > start;
            }
            scanned -= moved - start;
        }
    }

    /**
     * Reads more bytes after the current partial line, which may move to the front of the buffer. Returns false at the
     * end of the file.
     */
    private boolean fill() throws IOException, BrokenLine {
        if (start > 0 && filled == buf.length) {
            System.arraycopy(buf, start, buf, 0, filled - start);
            filled -= start;
            start = 0;
        }
        if (filled == buf.length) {
            buf = Arrays.copyOf(buf, 2 * buf.length);
        }
        int read = read(filled);
        filled += Math.max(read, 0);
        ended = read < 0;
        return read > 0;
    }

    private int read(int at) throws IOException, BrokenLine {
        try {
            return in.read(buf, at, buf.length - at);
        } catch (EOFException e) {
            throw cutShort("the compressed file ends too early");
        } catch (ZipException e) {
            throw cutShort("the compressed file is broken: " + e.getMessage());
        }
    }

    private BrokenLine cutShort(String why) {
        ended = true;
        start = 0;
        stop = 0;
        filled = 0;
        return new BrokenLine(why);
    }

    private void skipLine() throws IOException, BrokenLine {
        start = 0;
        filled = 0;
        stop = 0;
        while (!ended) {
            int feed = ByteSearch.indexOfFeed(buf, 0, filled);
            if (feed >= 0) {
                stop = feed + 1;
                return;
            }
            filled = 0;
            fill();
        }
        stop = filled;
    }

    byte[] bytes() {
        return buf;
    }

    /** Returns the line's offset in the buffer. */
    int start() {
        return start;
    }

    /** Returns the length of the line without its line terminator. */
    int length() {
        int end = stop;
        if (end > start && buf[end - 1] == '\n') {
            end--;
        }
        if (end > start && buf[end - 1] == '\r') {
            end--;
        }
        return end - start;
    }

    /** Returns the file and line number, such as {@code log.jsonl:12}. */
    String place() {
        return file + ":" + number;
    }

    /** Returns the number of bytes read from the file on disk, before decompression. */
    long bytesRead() {
        return raw.count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Counts the bytes read. */
    private static final class Counting extends FilterInputStream {
        private long count;

        private Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int off, int len) throws IOException {
            int read = super.read(into, off, len);
            count += Math.max(read, 0);
            return read;
        }
    }
}
