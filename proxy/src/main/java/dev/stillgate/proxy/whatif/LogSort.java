package dev.stillgate.proxy.whatif;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * External merge sort of exchange logs: a recorded log is ordered by the end of its exchanges, a backtest needs their
 * start. Lines begin with that time, so they are compared byte by byte. Not thread-safe.
 *
 * <p>Lines are sorted in parts that fit the memory; each part is a file beside the result, and the parts are merged.
 */
final class LogSort {
    /** The memory for the lines of a part, in bytes; a longer line gets more. */
    private static final int MEMORY = 16 << 20;

    /** The number of parts that are merged, and so open, at once. */
    private static final int OPEN_PARTS = 64;

    /** The maximum length of a line, in bytes. A backtest rejects longer lines, so they are left out. */
    private static final int LONGEST_LINE = 32 << 20;

    /** Memory that a line needs beside its bytes: the header of an array, and its place in a list. */
    private static final int OVERHEAD = 32;

    private static final int BUFFER = 1 << 16;

    private final Path into;
    private final BooleanSupplier wanted;
    private final List<Path> parts = new ArrayList<>();
    private final List<byte[]> held = new ArrayList<>();
    private long filled;
    private int named;

    private LogSort(Path into, BooleanSupplier wanted) {
        this.into = into;
        this.wanted = wanted;
    }

    /**
     * Writes the lines of all logs to one file in the order of their times. No other file is left, also after a failure.
     *
     * @param wanted whether the result is still wanted; asked before every line
     * @throws InterruptedIOException if the result is not wanted any more
     */
    static void sort(List<Path> logs, Path into, BooleanSupplier wanted) throws IOException {
        sort(logs, into, MEMORY, OPEN_PARTS, wanted);
    }

    /**
     * Sorts as {@link #sort(List, Path, BooleanSupplier)} does, within given bounds.
     *
     * @param memory the memory for the lines of a part, in bytes
     * @param openParts the number of parts that are merged at once, at least 2
     */
    static void sort(List<Path> logs, Path into, int memory, int openParts, BooleanSupplier wanted) throws IOException {
        LogSort sort = new LogSort(into, wanted);
        try {
            for (Path log : logs) {
                sort.split(log, memory);
            }
            sort.endPart();
            while (sort.parts.size() > openParts) {
                sort.merge(List.copyOf(sort.parts.subList(0, openParts)), sort.newPart());
            }
            sort.merge(List.copyOf(sort.parts), into);
        } finally {
            for (Path part : sort.parts) {
                Files.deleteIfExists(part);
            }
        }
    }

    private void split(Path log, int memory) throws IOException {
        try (Lines lines = new Lines(log)) {
            while (next(lines)) {
                long size = (long) OVERHEAD + lines.line.length;
                if (filled + size > memory) {
                    endPart();
                }
                held.add(lines.line);
                filled += size;
            }
        }
    }

    private boolean next(Lines lines) throws IOException {
        if (!wanted.getAsBoolean()) {
            throw new InterruptedIOException("cancelled");
        }
        return lines.next();
    }

    /** Writes the lines in memory to a file in their order. */
    private void endPart() throws IOException {
        if (held.isEmpty()) {
            return;
        }
        held.sort(Arrays::compareUnsigned);
        try (OutputStream out = output(newPart())) {
            for (byte[] line : held) {
                out.write(line);
            }
        }
        held.clear();
        filled = 0;
    }

    private Path newPart() {
        Path part = into.resolveSibling(into.getFileName() + "." + ++named);
        parts.add(part);
        return part;
    }

    private static OutputStream output(Path file) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
    }

    /** Merges parts into a file, and deletes them. */
    private void merge(List<Path> from, Path to) throws IOException {
        PriorityQueue<Lines> byLine = new PriorityQueue<>((a, b) -> Arrays.compareUnsigned(a.line, b.line));
        List<Lines> open = new ArrayList<>();
        try (OutputStream out = output(to)) {
            for (Path part : from) {
                Lines lines = new Lines(part);
                open.add(lines);
                if (next(lines)) {
                    byLine.add(lines);
                }
            }
            for (Lines least = byLine.poll(); least != null; least = byLine.poll()) {
                out.write(least.line);
                if (next(least)) {
                    byLine.add(least);
                }
            }
        } finally {
            for (Lines lines : open) {
                lines.close();
            }
        }
        for (Path part : from) {
            Files.delete(part);
            parts.remove(part);
        }
    }

    /** The lines of a file, each with its line feed; the last line gets one if it has none. */
    private static final class Lines implements Closeable {
        private final InputStream in;
        private final byte[] buffer = new byte[BUFFER];
        private int from;
        private int to;
        private byte[] line = {};

        private Lines(Path file) throws IOException {
            in = Files.newInputStream(file);
        }

        /** Advances to the next line that is not too long. Returns false at the end. */
        private boolean next() throws IOException {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            long length = 0;
            while (true) {
                if (from == to) {
                    from = 0;
                    to = Math.max(0, in.read(buffer));
                }
                int feed = from;
                while (feed < to && buffer[feed] != '\n') {
                    feed++;
                }
                length += feed - from;
                if (length <= LONGEST_LINE) {
                    read.write(buffer, from, feed - from);
                }
                boolean isEnd = to == 0;
                boolean isLine = (feed < to || (isEnd && length > 0)) && length <= LONGEST_LINE;
                if (isLine) {
                    read.write('\n');
                    line = read.toByteArray();
                } else if (feed < to || isEnd) {
                    length = 0;
                    read.reset();
                }
                from = Math.min(to, feed + 1);
                if (isLine || isEnd) {
                    return isLine;
                }
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
