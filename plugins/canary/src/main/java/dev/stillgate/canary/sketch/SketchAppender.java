package dev.stillgate.canary.sketch;

import dev.stillgate.canary.ledger.file.Disk;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The newest sketch file and the ids beside it, open for appending. Ids are forced to disk before the records that refer
 * to them. Not thread-safe.
 */
final class SketchAppender implements Closeable {
    final int number;
    final long key;
    private final Set<String> accounts = new HashSet<>();
    private final Disk.Output sketchFile;
    private final Disk.Output accountFile;
    private long records;
    private long accountBytes;

    /** Opens or creates a file, and truncates what follows its first records. */
    private SketchAppender(Disk disk, Path directory, int number, long key, int records) throws IOException {
        this.number = number;
        this.key = key;
        this.records = records;
        accountFile = disk.open(SketchFile.accounts(directory, number));
        Disk.@Nullable Output opened = null;
        try {
            opened = disk.open(SketchFile.sketches(directory, number));
            byte[] lines = records == 0 ? new byte[0] : SketchFile.lines(directory, number);
            accounts.addAll(SketchFile.ids(lines));
            accountBytes = lines.length;
            accountFile.truncate(accountBytes);
            opened.truncate(SketchFile.offset(records));
            if (records == 0) {
                Disk.writeWhole(opened, ByteBuffer.wrap(SketchFile.header(key)), 0);
            }
            opened.force();
            disk.forceDirectory(directory);
        } catch (IOException e) {
            accountFile.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
        sketchFile = opened;
    }

    /** Creates a file. */
    static SketchAppender begin(Disk disk, Path directory, int number, long key) throws IOException {
        return new SketchAppender(disk, directory, number, key, 0);
    }

    /** Opens an existing file and truncates an unfinished write; returns null if its header is not of this version. */
    static @Nullable SketchAppender reopen(Disk disk, Path directory, int number) throws IOException {
        SketchFile file = SketchFile.read(directory, number);
        return file.isReadable() ? new SketchAppender(disk, directory, number, file.key(), file.written()) : null;
    }

    /** Returns the number of records on disk. */
    long records() {
        return records;
    }

    /** Writes sketches and returns once they are on disk. After a failure the appender must be closed. */
    void write(List<SketchStore.Entry> sketches) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(sketches.size() * SketchFile.RECORD);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (SketchStore.Entry sketch : sketches) {
            if (accounts.add(sketch.account())) {
                lines.writeBytes(SketchFile.line(sketch.account()));
            }
            SketchFile.record(out, SketchFile.account(sketch.account()), sketch.seconds(), sketch.values());
        }
        if (lines.size() > 0) {
            Disk.writeWhole(accountFile, ByteBuffer.wrap(lines.toByteArray()), accountBytes);
            accountFile.force();
            accountBytes += lines.size();
        }
        Disk.writeWhole(sketchFile, out.flip(), SketchFile.offset(records));
        sketchFile.force();
        records += sketches.size();
    }

    @Override
    public void close() {
        try (accountFile) {
            sketchFile.close();
        } catch (IOException e) {
            // Written records were forced; anything else is truncated at the next opening.
        }
    }
}
