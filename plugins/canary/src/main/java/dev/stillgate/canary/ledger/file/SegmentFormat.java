package dev.stillgate.canary.ledger.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Binary format of the leaf files. Each file has a header and the records of 2^level leaves, so every file but the last
 * is a complete subtree.
 *
 * <pre>
 * header  "STLGLEAF"  u32 version  u32 level  u64 index of the first leaf  u32 CRC-32C of these 24 bytes
 * record  u32 length of the leaf  u32 CRC-32C of length, synced and leaf  u64 synced  the leaf
 * </pre>
 *
 * Synced is the number of leaves that were on disk when the record was written. It tells damage from an unfinished
 * write: an invalid record is damage if a later record's synced count covers it.
 */
public final class SegmentFormat {
    public static final int HEADER = 28;
    public static final int RECORD = 16;

    /** Limit on the bytes of one write, and so on the bytes that a crash can leave unfinished. */
    public static final int MAX_BATCH = 1 << 20;

    /** The level of a new ledger's files: 65,536 leaves each. */
    public static final int LEVEL = 16;

    private static final long MAGIC = 0x53544C474C454146L;
    private static final int VERSION = 1;
    private static final int MAX_LEVEL = 24;
    private static final Pattern NAME = Pattern.compile("leaves-(\\d{12})\\.log");

    private SegmentFormat() {}

    public static Path file(Path directory, long first) {
        return directory.resolve("leaves-%012d.log".formatted(first));
    }

    /** Lists a directory's leaf files by the index of their first leaf. */
    public static NavigableMap<Long, Path> list(Path directory) throws IOException {
        NavigableMap<Long, Path> files = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "leaves-*.log")) {
            for (Path file : all) {
                Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    files.put(Long.parseLong(name.group(1)), file);
                }
            }
        }
        return files;
    }

    public static byte[] header(int level, long first) {
        return header(VERSION, level, first);
    }

    /** Returns a header; the layout is the same in every version. */
    public static byte[] header(int version, int level, long first) {
        ByteBuffer out = ByteBuffer.allocate(HEADER);
        out.putLong(MAGIC).putInt(version).putInt(level).putLong(first);
        return out.putInt(crc(out.array(), HEADER - Integer.BYTES)).array();
    }

    /**
     * Reads a header.
     *
     * @return the level; negative if the header is incomplete
     * @throws LedgerException if it has another version, or is complete but belongs to another file
     */
    static int level(Path file, byte[] header, long first) throws LedgerException {
        ByteBuffer in = ByteBuffer.wrap(header);
        boolean whole = header.length == HEADER
                && in.getInt(HEADER - Integer.BYTES) == crc(header, HEADER - Integer.BYTES)
                && in.getLong() == MAGIC;
        if (!whole) {
            return -1;
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw new LedgerException(file + ": a ledger of version " + version + "; this Stillgate supports version "
                    + VERSION + " and has changed nothing: use the Stillgate that wrote it, or another directory");
        }
        int level = in.getInt();
        long index = in.getLong();
        if (level < 0 || level > MAX_LEVEL) {
            throw LedgerException.damaged(file, 12, "files of 2^" + level + " leaves");
        }
        if (index != first) {
            throw LedgerException.damaged(file, 0, "the file begins with leaf " + index + ", its name says " + first);
        }
        return level;
    }

    /** Encodes the record of a leaf. */
    public static void record(ByteBuffer out, long synced, byte[] leaf) {
        out.putInt(leaf.length).putInt(crc(synced, leaf)).putLong(synced).put(leaf);
    }

    static int crc(long synced, byte[] leaf) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(leaf.length)
                .putLong(synced)
                .flip());
        crc.update(leaf);
        return (int) crc.getValue();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
