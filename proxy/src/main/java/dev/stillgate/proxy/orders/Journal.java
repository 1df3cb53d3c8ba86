package dev.stillgate.proxy.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.files.StateFile;
import dev.stillgate.spi.orders.Order;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * File of the orders, {@code orders.jsonl}: JSON Lines, each with a CRC-32C of the rest of its line, after a header with the
 * version. A later line with the same id replaces an earlier one. A {@link JournalCount} beside it says how many orders it
 * has at least. Thread-safe.
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

    @GuardedBy("this")
    private Content content = new Content();

    @GuardedBy("this")
    private long end;

    @GuardedBy("this")
    private FileChannel channel;

    /** Identity of the file that the channel has open, null if the file system has none. */
    @GuardedBy("this")
    private @Nullable Object key;

    private final int lost;

    /** Whether a failed write to the disk leaves it open what the disk has: then only a whole new file will do. */
    @GuardedBy("this")
    private boolean inDoubt;

    private volatile boolean writable = true;

    /** Which orders a file has. */
    private static final class Content {
        /** Length of the last line of each order, by id. */
        private final Map<String, Integer> lengths = new HashMap<>();

        /** Sum of these lengths. */
        private long live;

        private String newest = "";
        private Order.Rank rank = Order.Rank.LEAST;

        private void add(String id, Order.Rank given, int length) {
            Integer before = lengths.put(id, length);
            live += length - (before == null ? 0 : before);
            if (given.compareTo(rank) >= 0) {
                rank = given;
                newest = id;
            }
        }

        private JournalCount count() {
            return new JournalCount(lengths.size(), newest, rank);
        }
    }

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
     * @param acceptsLost whether the file may have fewer orders than were written to it
     * @param times takes the times that were noted
     * @throws IOException with a message for the operator, if the file is damaged, lacks orders, or cannot be read and written
     */
    Journal(Path file, long most, boolean acceptsLost, LongConsumer times, Reader reader) throws IOException {
        this.file = file;
        this.most = most;
        Files.deleteIfExists(part());
        channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                StateFile.ownerOnly(file));
        boolean opened = false;
        try {
            Content read = content;
            end = new JournalFile(file, HEADER, LONGEST_LINE).read(channel, times, text -> {
                Stored record = new Stored(text.rank(), text.time(), text.body());
                read.add(reader.line(record, text.isFinal()), text.rank(), text.length());
            });
            JournalCount written = JournalCount.of(file);
            lost = written == null ? 0 : written.lost(content.lengths.keySet());
            if (lost > 0 && !acceptsLost) {
                throw new IOException(
                        file + " lacks at least " + lost + " orders that were written to it. Restore it from a"
                                + " backup, or start with --accept-lost-orders: then those orders are not in force, unless the"
                                + " store of the fleet has them");
            }
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
            channel.force(false);
            key = attributes().fileKey();
            count();
            opened = true;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    /** Returns the least number of orders that the file lacked when it was opened. */
    int lost() {
        return lost;
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class);
    }

    /** Writes down how many orders the file has, which must be on the disk. A lower number that stays is right too. */
    @GuardedBy("this")
    private void count() {
        try {
            content.count().write(file, false);
        } catch (IOException e) {
            LOG.warn("{}: the number of its orders could not be written beside it", file, e);
        }
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
        content.add(line.id(), line.record().rank(), length);
        if (force) {
            count();
        }
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
        return content.live > most / 2;
    }

    /**
     * Returns whether the file is much longer than its records, or has to be written anew: after a failure, or because another
     * program removed, replaced or changed it.
     */
    synchronized boolean wantsRewrite() {
        return inDoubt || end > 2 * content.live + SLACK || isForeign();
    }

    @GuardedBy("this")
    private boolean isForeign() {
        try {
            BasicFileAttributes found = attributes();
            if (Objects.equals(found.fileKey(), key) && found.size() == end) {
                return false;
            }
            LOG.error("{} was replaced or changed by another program: it is written anew from memory", file);
        } catch (IOException e) {
            LOG.error("{} was removed or cannot be read: it is written anew from memory", file, e);
        }
        return true;
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
        Content written = new Content();
        FileChannel next = FileChannel.open(
                part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), StateFile.ownerOnly(part));
        boolean done = false;
        try (lines) {
            long at = writeAll(next, line(HEADER));
            at += time == 0 ? 0 : writeAll(next, line(JournalFile.fields(time)));
            for (Line line : (Iterable<Line>) lines::iterator) {
                ByteBuffer bytes = line(fields(line));
                written.add(line.id(), line.record().rank(), bytes.remaining());
                at += writeAll(next, bytes);
            }
            next.force(true);
            if (written.count().lost(content.lengths.keySet()) > 0
                    || content.count().lost(written.lengths.keySet()) > 0) {
                int both = Math.min(written.lengths.size(), content.lengths.size());
                new JournalCount(both, "", Order.Rank.LEAST).write(file, true); // right for either file
            }
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
        content = written;
        key = attributes().fileKey();
        StateFile.forceDirectory(file.toAbsolutePath().resolveSibling(""));
        count();
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
        byte[] start = JournalFile.checksum(rest, 0).getBytes(UTF_8);
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
            count();
        }
    }
}
