package dev.stillgate.proxy.backtest;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reader of the exchanges of several files in chronological order. Broken input stops the reader or, if requested, is
 * reported and skipped. Invalid lines, lines older than their predecessor and truncated compressed files count as
 * broken.
 */
final class LogReader implements Closeable {
    /** The maximum time between two lines, in milliseconds: 366 days. */
    private static final long LONGEST_GAP = 366L * 86_400_000;

    private static final String HINT = " (a recorded log is ordered by end time; sort it with LC_ALL=C sort)";

    private final Deque<Path> files;
    private final @Nullable Consumer<String> brokenLines;
    private final LogLine line = new LogLine();
    private final long size;
    private @Nullable LineSource source;
    private long readBefore;
    private long previous = -1;
    private long last = -1;
    private long broken;

    /**
     * Creates a reader before the first line.
     *
     * @param brokenLines receives a message with file and line for each broken line; null to stop at the first one
     */
    LogReader(List<Path> files, @Nullable Consumer<String> brokenLines) throws IOException {
        this.files = new ArrayDeque<>(files);
        this.brokenLines = brokenLines;
        long sum = 0;
        for (Path file : files) {
            sum += Files.size(file);
        }
        this.size = sum;
    }

    /** Returns the start of the first exchange in milliseconds since the epoch, -1 when there is none. */
    static long firstMillis(List<Path> files, boolean lenient) throws IOException {
        try (LogReader reader = new LogReader(files, lenient ? ignored -> {} : null)) {
            return reader.next() ? reader.line().ts() : -1;
        }
    }

    /** Advances to the next exchange. Returns false at the end of the last file. */
    boolean next() throws IOException {
        while (true) {
            LineSource from = source;
            if (from == null && !open()) {
                return false;
            }
            if (from != null && advance(from)) {
                return true;
            }
        }
    }

    /** Opens the next file. Returns false when there is none. */
    private boolean open() throws IOException {
        Path file = files.poll();
        if (file == null) {
            return false;
        }
        try {
            source = new LineSource(file);
        } catch (EOFException | ZipException e) {
            reportBroken(file + ":1", "the compressed file ends too early");
        }
        return true;
    }

    /** Advances in the current file. Returns false if a line was skipped, or the file ended and was closed. */
    private boolean advance(LineSource from) throws IOException {
        try {
            if (!from.next()) {
                close();
                return false;
            }
            line.read(from.bytes(), from.start(), from.start() + from.length());
            if (line.ts() < last) {
                throw new BrokenLine("ts: goes back by " + (last - line.ts()) + " ms from the line before" + HINT);
            }
            if (last >= 0 && line.ts() - last > LONGEST_GAP) {
                throw new BrokenLine("ts: more than 366 days after the line before");
            }
            previous = last;
            last = line.ts();
            return true;
        } catch (BrokenLine e) {
            reportBroken(from.place(), e.reason());
            return false;
        }
    }

    /** Skips the current line, which turned out to be invalid. */
    void reject(BrokenLine why) throws BrokenLogException {
        last = previous;
        reportBroken(source == null ? "" : source.place(), why.reason());
    }

    private void reportBroken(String place, String reason) throws BrokenLogException {
        broken++;
        if (brokenLines == null) {
            throw new BrokenLogException(place + ": " + reason);
        }
        brokenLines.accept(place + ": " + reason);
    }

    LogLine line() {
        return line;
    }

    /** Returns the number of skipped lines. */
    long broken() {
        return broken;
    }

    /** Returns the fraction of the bytes on disk that was read, from 0 to 1. */
    double part() {
        long read = readBefore + (source == null ? 0 : source.bytesRead());
        return size == 0 ? 1 : Math.min(1, (double) read / size);
    }

    @Override
    public void close() throws IOException {
        LineSource open = source;
        if (open != null) {
            source = null;
            readBefore += open.bytesRead();
            open.close();
        }
    }
}
