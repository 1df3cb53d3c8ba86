package dev.stillgate.canary.sketch;

import dev.stillgate.canary.ledger.file.Disk;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The newest sketch file and its names, open for appending. Names are forced to disk before the records that refer to
 * them. Not thread-safe.
 */
final class SketchAppender implements Closeable {
    /** Limit on the records of one write. */
    static final int BATCH = 4096;

    private final int number;
    private final long key;
    private final AccountNames names;
    private final Disk.Output sketchFile;
    private final Disk.Output nameFile;
    private final ByteBuffer pending = ByteBuffer.allocate(BATCH * SketchFormat.RECORD);
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private long records;
    private long nameBytes;

    private SketchAppender(
            int number, long key, AccountNames names, Disk.Output sketchFile, Disk.Output nameFile, long records) {
        this.number = number;
        this.key = key;
        this.names = names;
        this.sketchFile = sketchFile;
        this.nameFile = nameFile;
        this.records = records;
        this.nameBytes = names.whole();
    }

    /** Creates a file. */
    static SketchAppender begin(Disk disk, Path directory, int number, long key) throws IOException {
        return open(disk, directory, number, key, new AccountNames(), 0);
    }

    /**
     * Opens an existing file and truncates an unfinished write; returns null if the file is of another version or
     * damaged in its header.
     */
    static @Nullable SketchAppender reopen(Disk disk, Path directory, int number) throws IOException {
        long key;
        long records = 0;
        try (SketchReader in = new SketchReader(SketchFormat.sketches(directory, number))) {
            if (!in.isReadable()) {
                return null;
            }
            key = in.key();
            for (int at = in.next(); at >= 0; at = in.next()) {
                if (SketchFormat.isRecord(in.buffer(), at)) {
                    records = (in.offset(at) - SketchFormat.HEADER) / SketchFormat.RECORD + 1;
                }
            }
        }
        return open(disk, directory, number, key, AccountNames.read(SketchFormat.names(directory, number)), records);
    }

    private static SketchAppender open(
            Disk disk, Path directory, int number, long key, AccountNames names, long records) throws IOException {
        Disk.Output nameFile = disk.open(SketchFormat.names(directory, number));
        Disk.@Nullable Output sketchFile = null;
        boolean opened = false;
        try {
            sketchFile = disk.open(SketchFormat.sketches(directory, number));
            SketchAppender made = new SketchAppender(number, key, names, sketchFile, nameFile, records);
            made.start();
            disk.forceDirectory(directory);
            opened = true;
            return made;
        } finally {
            if (!opened) {
                nameFile.close();
                if (sketchFile != null) {
                    sketchFile.close();
                }
            }
        }
    }

    private void start() throws IOException {
        nameFile.truncate(nameBytes);
        sketchFile.truncate(end());
        if (records == 0) {
            Disk.writeWhole(sketchFile, ByteBuffer.wrap(SketchFormat.header(key)), 0);
        }
        sketchFile.force();
    }

    private long end() {
        return SketchFormat.HEADER + records * SketchFormat.RECORD;
    }

    int number() {
        return number;
    }

    /** Returns the id of the key of the file's sketches. */
    long key() {
        return key;
    }

    /** Returns the number of records on disk. */
    long records() {
        return records;
    }

    /** Returns how many records may be put before the next write. */
    long room(int capacity) {
        long left = Math.min(capacity - records, BATCH) - pending.position() / SketchFormat.RECORD;
        return names.hasRoom() ? left : 0;
    }

    /** Adds a record to the next write. */
    void put(String account, int seconds, long[] values) {
        int known = names.number(account);
        SketchFormat.record(pending, known >= 0 ? known : names.add(account, lines), seconds, values);
    }

    /** Writes what was put, and returns once it is on disk. After a failure the appender must be closed. */
    void write() throws IOException {
        if (lines.size() > 0) {
            Disk.writeWhole(nameFile, ByteBuffer.wrap(lines.toByteArray()), nameBytes);
            nameFile.force();
            nameBytes += lines.size();
            lines.reset();
        }
        pending.flip();
        int put = pending.remaining() / SketchFormat.RECORD;
        Disk.writeWhole(sketchFile, pending, end());
        sketchFile.force();
        records += put;
        pending.clear();
    }

    @Override
    public void close() {
        try (nameFile;
                sketchFile) {
            pending.clear();
        } catch (IOException e) {
            // Written records were forced; anything else is truncated at the next opening.
        }
    }
}
