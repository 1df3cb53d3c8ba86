package dev.stillgate.proxy.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.files.StateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * File of the orders, {@code orders.jsonl}: JSON Lines, each with a CRC-32C of the rest of its line, after a header with the
 * version. A later line with the same id replaces an earlier one. Thread-safe.
 */
final class Journal implements AutoCloseable {
    /** Maximum size of the file. */
    static final long MOST_BYTES = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final String HEADER = "\"stillgate\":\"orders\",\"version\":1}";
    private static final long SLACK = 1 << 20;
    private static final int LONGEST_LINE = OrderJson.MOST_KEPT_BYTES + 1024;

    private final Path file;
    private final long most;

    /** Length of the last line of each record. */
    @GuardedBy("this")
    private final Map<String, Integer> lengths = new HashMap<>();

    @GuardedBy("this")
    private long live;

    @GuardedBy("this")
    private long end;

    @GuardedBy("this")
    private FileChannel channel;

    /** Whether a failed write to the disk leaves it open what the disk has: then only a whole new file will do. */
    @GuardedBy("this")
    private boolean inDoubt;

    private volatile boolean writable = true;

    /**
     * A line of the journal.
     *
     * @param isFinal whether the rank is not provisional
     */
    record Line(String id, Stored record, boolean isFinal) {}

    /** Receiver of lines. */
    interface Reader {
        /**
         * Takes a line, without the id, which is in the body.
         *
         * @return the record's id
         * @throws OrderJson.MalformedOrderException if the record is malformed
         */
        String line(Stored record, boolean isFinal) throws OrderJson.MalformedOrderException;
    }

    /**
     * Opens the file, and creates it if it does not exist; cuts a torn last line.
     *
     * @param most maximum size of the file
     * @param times takes the times that were noted
     * @throws IOException with a message for the operator, if the file is damaged or cannot be read and written
     */
    Journal(Path file, long most, LongConsumer times, Reader reader) throws IOException {
        this.file = file;
        this.most = most;
        Files.deleteIfExists(part());
        channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                StateFile.ownerOnly(file));
        boolean opened = false;
        try {
            Map<String, Integer> read = new HashMap<>();
            end = new JournalFile(file, HEADER, LONGEST_LINE)
                    .read(
                            channel,
                            times,
                            text -> read.put(
                                    reader.line(new Stored(text.rank(), text.time(), text.body()), text.isFinal()),
                                    text.length()));
            read.forEach(this::note);
            if (end < channel.size()) {
                LOG.warn(
                        "{}: cut {} bytes after byte {}: a line that was not written to its end",
                        file,
                        channel.size() - end,
                        end);
                channel.truncate(end);
            }
            if (end == 0) {
                write(line(HEADER), true);
                StateFile.forceDirectory(file.toAbsolutePath().resolveSibling(""));
            }
            opened = true;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    private synchronized void note(String id, int length) {
        Integer before = lengths.put(id, length);
        live += length - (before == null ? 0 : before);
    }

    /**
     * Appends a line.
     *
     * @param force whether the line must be on the disk when the method returns
     * @throws IOException if it cannot be written; the file is as before
     */
    synchronized void append(Line line, boolean force) throws IOException {
        ByteBuffer bytes = line(fields(line));
        int length = bytes.remaining();
        if (end + length > most) {
            writable = false;
            throw new IOException(file + " has reached its limit of " + most
                    + " bytes with orders that last or ended within a day. Give orders that end sooner or that are about"
                    + " fewer accounts; `stillgate orders --json` lists all with their ends. There is room again at most an"
                    + " hour after some have ended for a day");
        }
        write(bytes, force);
        note(line.id(), length);
    }

    /**
     * Appends a note of the time; a later note replaces it.
     *
     * @throws IOException if it cannot be written; the file is as before
     */
    synchronized void note(long time) throws IOException {
        write(line(JournalFile.fields(time)), false);
    }

    @GuardedBy("this")
    private void write(ByteBuffer bytes, boolean force) throws IOException {
        boolean written = false;
        try {
            if (inDoubt) {
                throw new IOException(file + ": an earlier write failed, and the file was not written anew since");
            }
            if (channel.size() != end) {
                channel.truncate(end);
            }
            long at = end;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
            if (force) {
                inDoubt = true;
                channel.force(false);
                inDoubt = false;
            }
            end = at;
            written = true;
        } finally {
            writable = written;
            if (!written) {
                cut();
            }
        }
    }

    /** Cuts what a failed write left; the next write cuts again. */
    @GuardedBy("this")
    private void cut() {
        try {
            channel.truncate(end);
        } catch (IOException e) {
            LOG.warn("{}: half a line is left until the next order", file, e);
        }
    }

    /** Returns whether the records need over half of the file's maximum size. */
    synchronized boolean isHalfFull() {
        return live > most / 2;
    }

    /** Returns whether the file is much longer than its records, or has to be written anew after a failure. */
    synchronized boolean wantsRewrite() {
        return inDoubt || end > 2 * live + SLACK;
    }

    /**
     * Replaces the file by one with these lines only.
     *
     * @param time time to note, 0 for none
     * @throws IOException if it cannot be written; the file is as before
     */
    synchronized void rewrite(long time, Stream<Line> lines) throws IOException {
        Path part = part();
        Files.deleteIfExists(part);
        Map<String, Integer> written = new HashMap<>();
        FileChannel next = FileChannel.open(
                part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), StateFile.ownerOnly(part));
        boolean done = false;
        try (lines) {
            long at = writeAll(next, line(HEADER));
            at += time == 0 ? 0 : writeAll(next, line(JournalFile.fields(time)));
            for (Line line : (Iterable<Line>) lines::iterator) {
                ByteBuffer bytes = line(fields(line));
                written.put(line.id(), bytes.remaining());
                at += writeAll(next, bytes);
            }
            next.force(true);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            done = true;
            end = at;
        } finally {
            writable = done;
            if (!done) {
                next.close();
                Files.deleteIfExists(part);
            }
        }
        channel.close();
        channel = next;
        inDoubt = false;
        lengths.clear();
        lengths.putAll(written);
        live = written.values().stream().mapToLong(each -> each).sum();
        StateFile.forceDirectory(file.toAbsolutePath().resolveSibling(""));
    }

    private static int writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return length;
    }

    private static String fields(Line line) {
        return JournalFile.fields(line.record(), line.isFinal());
    }

    private static ByteBuffer line(String fields) {
        byte[] rest = fields.getBytes(UTF_8);
        CRC32C sum = new CRC32C();
        sum.update(rest);
        byte[] start = JournalFile.checksum(sum.getValue()).getBytes(UTF_8);
        return ByteBuffer.allocate(start.length + rest.length + 1)
                .put(start)
                .put(rest)
                .put((byte) '\n')
                .flip();
    }

    private Path part() {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    /** Returns whether the last write succeeded. */
    boolean isWritable() {
        return writable;
    }

    /** Returns the size of the file. */
    synchronized long bytes() {
        return end;
    }

    @Override
    public synchronized void close() throws IOException {
        try (FileChannel closed = channel) {
            closed.force(true);
        }
    }
}
