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
 * The exchanges of several files, one after the other, in the order of time. What is broken ends the reading, or is
 * reported and passed over where that was asked for: a line that is no exchange, one that comes before its predecessor,
 * and the rest of a compressed file that ends too early.
 */
final class LogReader implements Closeable {
    /** The longest time between two lines, in milliseconds: 366 days. */
    private static final long LONGEST_GAP = 366L * 86_400_000;

    private static final String HINT = " (a recorded log is in the order of its ends: LC_ALL=C sort puts it in order)";

    private final Deque<Path> files;
    private final @Nullable Consumer<String> complaints;
    private final LogLine line = new LogLine();
    private final long size;
    private @Nullable LineSource source;
    private long readBefore;
    private long before = -1;
    private long last = -1;
    private long broken;

    /**
     * A reader before the first line.
     *
     * @param complaints takes what is broken, with its place, each time; null to end at the first
     */
    LogReader(List<Path> files, @Nullable Consumer<String> complaints) throws IOException {
        this.files = new ArrayDeque<>(files);
        this.complaints = complaints;
        long sum = 0;
        for (Path file : files) {
            sum += Files.size(file);
        }
        this.size = sum;
    }

    /** Returns when the first exchange of the files began, in milliseconds; -1 when there is none. */
    static long firstMillis(List<Path> files, boolean lenient) throws IOException {
        try (LogReader reader = new LogReader(files, lenient ? ignored -> {} : null)) {
            return reader.next() ? reader.line().ts() : -1;
        }
    }

    /** Goes on to the next exchange; false at the end of the last file. */
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

    /** Opens the next file; false when there is none. */
    private boolean open() throws IOException {
        Path file = files.poll();
        if (file == null) {
            return false;
        }
        try {
            source = new LineSource(file);
        } catch (EOFException | ZipException e) {
            complain(file + ":1", "the compressed file ends too early");
        }
        return true;
    }

    /** Goes on in a file; false when a line was passed over, or the file closed at its end. */
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
            before = last;
            last = line.ts();
            return true;
        } catch (BrokenLine e) {
            complain(from.place(), e.reason());
            return false;
        }
    }

    /** Passes over the line that was read last, which turned out not to be an exchange. */
    void reject(BrokenLine why) throws BrokenLogException {
        last = before;
        complain(source == null ? "" : source.place(), why.reason());
    }

    private void complain(String place, String reason) throws BrokenLogException {
        broken++;
        if (complaints == null) {
            throw new BrokenLogException(place + ": " + reason);
        }
        complaints.accept(place + ": " + reason);
    }

    LogLine line() {
        return line;
    }

    /** Returns how many lines were passed over. */
    long broken() {
        return broken;
    }

    /** Returns how much of the files, as they are on disk, has been read, from 0 to 1. */
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
