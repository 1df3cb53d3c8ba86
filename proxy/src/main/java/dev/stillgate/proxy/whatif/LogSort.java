package dev.stillgate.proxy.whatif;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

    private static final int MOST_LINES = 1 << 18;
    private static final int BUFFER = 1 << 16;

    private final Path into;
    private final int openParts;
    private final BooleanSupplier wanted;
    private final List<Path> parts = new ArrayList<>();
    private int named;
    private byte[] held;
    private int filled;
    private final List<Slice> slices = new ArrayList<>();

    /** A line in the memory, with its line feed. */
    private record Slice(int from, int to) {}

    private LogSort(Path into, int memory, int openParts, BooleanSupplier wanted) {
        this.into = into;
        this.openParts = openParts;
        this.wanted = wanted;
        this.held = new byte[memory];
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
        LogSort sort = new LogSort(into, memory, openParts, wanted);
        try {
            for (Path log : logs) {
                sort.split(log);
            }
            sort.endPart();
            sort.mergeAll();
        } finally {
            for (Path part : sort.parts) {
                Files.deleteIfExists(part);
            }
        }
    }

    private void split(Path log) throws IOException {
        try (Lines lines = new Lines(log)) {
            while (next(lines)) {
                add(lines);
            }
        }
    }

    private boolean next(Lines lines) throws IOException {
        if (!wanted.getAsBoolean()) {
            throw new InterruptedIOException("cancelled");
        }
        return lines.next();
    }

    private void add(Lines line) throws IOException {
        int length = line.to - line.from;
        if (length > held.length - filled || slices.size() == MOST_LINES) {
            endPart();
            if (length > held.length) {
                held = new byte[length];
            }
        }
        System.arraycopy(line.bytes, line.from, held, filled, length);
        slices.add(new Slice(filled, filled + length));
        filled += length;
    }

    /** Writes the lines in memory to a file in their order. */
    private void endPart() throws IOException {
        if (slices.isEmpty()) {
            return;
        }
        slices.sort((a, b) -> Arrays.compareUnsigned(held, a.from, a.to, held, b.from, b.to));
        try (Output out = new Output(newPart())) {
            for (Slice line : slices) {
                out.write(held, line.from, line.to);
            }
        }
        slices.clear();
        filled = 0;
    }

    private Path newPart() {
        Path part = into.resolveSibling(into.getFileName() + "." + ++named);
        parts.add(part);
        return part;
    }

    private void mergeAll() throws IOException {
        held = new byte[0]; // the merge needs the memory
        while (parts.size() > openParts) {
            List<Path> first = List.copyOf(parts.subList(0, openParts));
            merge(first, newPart());
            for (Path merged : first) {
                Files.delete(merged);
                parts.remove(merged);
            }
        }
        if (parts.size() == 1) {
            Files.move(parts.removeFirst(), into, StandardCopyOption.REPLACE_EXISTING);
        } else {
            merge(parts, into);
        }
    }

    private void merge(List<Path> from, Path to) throws IOException {
        PriorityQueue<Lines> byLine =
                new PriorityQueue<>((a, b) -> Arrays.compareUnsigned(a.bytes, a.from, a.to, b.bytes, b.from, b.to));
        List<Lines> open = new ArrayList<>();
        try (Output out = new Output(to)) {
            for (Path part : from) {
                Lines lines = new Lines(part);
                open.add(lines);
                if (next(lines)) {
                    byLine.add(lines);
                }
            }
            for (Lines least = byLine.poll(); least != null; least = byLine.poll()) {
                out.write(least.bytes, least.from, least.to);
                if (next(least)) {
                    byLine.add(least);
                }
            }
        } finally {
            for (Lines lines : open) {
                lines.close();
            }
        }
    }

    /** Buffered output to a file. */
    private static final class Output implements Closeable {
        private final OutputStream out;
        private final byte[] buffer = new byte[BUFFER];
        private int filled;

        private Output(Path file) throws IOException {
            out = Files.newOutputStream(file);
        }

        private void write(byte[] bytes, int from, int to) throws IOException {
            int length = to - from;
            if (length > buffer.length - filled) {
                flush();
            }
            if (length > buffer.length) {
                out.write(bytes, from, length);
            } else {
                System.arraycopy(bytes, from, buffer, filled, length);
                filled += length;
            }
        }

        private void flush() throws IOException {
            out.write(buffer, 0, filled);
            filled = 0;
        }

        @Override
        public void close() throws IOException {
            try (out) {
                flush();
            }
        }
    }

    /** The lines of a file, each with its line feed; the last line gets one if it has none. */
    private static final class Lines implements Closeable {
        private final InputStream in;
        private byte[] bytes = new byte[BUFFER];
        private int from;
        private int to;
        private int filled;

        private Lines(Path file) throws IOException {
            in = Files.newInputStream(file);
        }

        /** Advances to the next line. Returns false at the end. */
        private boolean next() throws IOException {
            boolean tooLong = false;
            from = to;
            int scanned = from;
            while (true) {
                int feed = indexOfFeed(scanned);
                if (feed >= 0 && !tooLong && feed - from <= LONGEST_LINE) {
                    to = feed + 1;
                    return true;
                }
                if (feed >= 0) {
                    tooLong = false;
                    from = feed + 1;
                    scanned = from;
                    continue;
                }
                if (filled - from > LONGEST_LINE) {
                    tooLong = true;
                    filled = from;
                }
                scanned = filled - from;
                if (!fill()) {
                    return endLast(tooLong);
                }
            }
        }

        private int indexOfFeed(int begin) {
            for (int i = begin; i < filled; i++) {
                if (bytes[i] == '\n') {
                    return i;
                }
            }
            return -1;
        }

        /** Moves the partial line to the front and reads more of it. Returns false at the end of the file. */
        private boolean fill() throws IOException {
            System.arraycopy(bytes, from, bytes, 0, filled - from);
            filled -= from;
            from = 0;
            if (filled == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * filled);
            }
            int read = in.read(bytes, filled, bytes.length - filled);
            filled += Math.max(read, 0);
            return read > 0;
        }

        private boolean endLast(boolean tooLong) {
            if (filled == 0 || filled > LONGEST_LINE || tooLong) {
                filled = 0;
                to = 0;
                return false;
            }
            bytes[filled++] = '\n';
            to = filled;
            return true;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
