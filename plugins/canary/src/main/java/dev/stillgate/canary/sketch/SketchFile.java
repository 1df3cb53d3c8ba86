package dev.stillgate.canary.sketch;

import dev.stillgate.spi.files.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The content of one sketch file. Integers are big-endian.
 *
 * <pre>
 * header  "STLGSKCH"  u32 version  u32 bytes of a record  u64 id of the sketch key  u32 CRC-32C of these 24 bytes
 * record  u64 account  u32 time  20 x u32 value  u32 CRC-32C of these 92 bytes
 * </pre>
 *
 * The account is {@linkplain #account(String) hashed}; a file beside this one lists the ids, one a line in UTF-8. The
 * time is in seconds since the Unix epoch.
 */
final class SketchFile {
    static final int HEADER = 28;
    static final int RECORD = 96;

    /** Limit on the records of a file, and so on its accounts. */
    static final int MAX_RECORDS = 1 << 16;

    /** Characters of the longest id. */
    static final int MAX_ID = 128;

    private static final long MAGIC = 0x53544C47534B4348L;
    static final int VERSION = 2;
    private static final int SECONDS = Long.BYTES;
    private static final int VALUES = SECONDS + Integer.BYTES;
    private static final int COVERED = RECORD - Integer.BYTES;

    /** Largest files; what follows is ignored. A character of an id has at most 3 bytes, and a line a line feed. */
    private static final int MAX_BYTES = HEADER + MAX_RECORDS * RECORD;

    private static final int MAX_ID_BYTES = MAX_RECORDS * (3 * MAX_ID + 1);

    private final ByteBuffer bytes;

    private SketchFile(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    static Path sketches(Path directory, int number) {
        return directory.resolve("sketches-%06d".formatted(number));
    }

    static Path accounts(Path directory, int number) {
        return directory.resolve("accounts-%06d".formatted(number));
    }

    /** Lists the numbers of a directory's files with a prefix, oldest first; none if the directory does not exist. */
    static NavigableSet<Integer> list(Path directory, String prefix) throws IOException {
        NavigableSet<Integer> numbers = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, prefix + "*")) {
            for (Path file : all) {
                String number = String.valueOf(file.getFileName()).substring(prefix.length());
                if (number.matches("\\d{6,9}")) {
                    numbers.add(Integer.parseInt(number));
                }
            }
        } catch (NoSuchFileException e) {
            return numbers;
        }
        return numbers;
    }

    static SketchFile read(Path directory, int number) throws IOException {
        return new SketchFile(bytes(sketches(directory, number), MAX_BYTES));
    }

    /** Returns the version in a file's header, 0 if the header is none. */
    static int version(Path directory, int number) throws IOException {
        return new SketchFile(bytes(sketches(directory, number), HEADER)).version();
    }

    private static byte[] bytes(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most);
        }
    }

    /** Returns the lines of the ids beside a file, without one that was not finished; empty if there are none. */
    static byte[] lines(Path directory, int number) throws IOException {
        try {
            byte[] all = bytes(accounts(directory, number), MAX_ID_BYTES);
            int end = all.length;
            while (end > 0 && all[end - 1] != '\n') {
                end--;
            }
            return Arrays.copyOf(all, end);
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }

    static Set<String> ids(byte[] lines) {
        return new String(lines, StandardCharsets.UTF_8).lines().collect(Collectors.toSet());
    }

    static byte[] line(String id) {
        return (id + '\n').getBytes(StandardCharsets.UTF_8);
    }

    /** Returns what stands for an account in records: the first 8 bytes of the id's SHA-256. */
    static long account(String id) {
        return ByteBuffer.wrap(Digests.sha256(id.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    static byte[] header(long key) {
        return header(VERSION, RECORD, key);
    }

    /** Returns a header; the layout is the same in every version. */
    static byte[] header(int version, int record, long key) {
        ByteBuffer out = ByteBuffer.allocate(HEADER);
        out.putLong(MAGIC).putInt(version).putInt(record).putLong(key);
        return out.putInt(crc(out, 0, HEADER - Integer.BYTES)).array();
    }

    /** Encodes a record. */
    static void record(ByteBuffer out, long account, int seconds, long[] values) {
        int start = out.position();
        out.putLong(account).putInt(seconds);
        for (long value : values) {
            out.putInt((int) value);
        }
        out.putInt(crc(out, start, COVERED));
    }

    private int version() {
        boolean isHeader = bytes.capacity() >= HEADER
                && bytes.getInt(HEADER - Integer.BYTES) == crc(bytes, 0, HEADER - Integer.BYTES)
                && bytes.getLong(0) == MAGIC;
        return isHeader ? bytes.getInt(Long.BYTES) : 0;
    }

    /** Returns whether the header is of this version. */
    boolean isReadable() {
        return version() == VERSION && bytes.getInt(Long.BYTES + Integer.BYTES) == RECORD;
    }

    /** Returns the id of the key in a readable header. */
    long key() {
        return bytes.getLong(2 * Long.BYTES);
    }

    /** Returns the offset of a record in the file, in bytes. */
    static long offset(long record) {
        return HEADER + record * RECORD;
    }

    /** Returns the number of whole records, valid or not, in a file of a size. */
    static long records(long bytes) {
        return Math.max(0, (bytes - HEADER) / RECORD);
    }

    /** Returns the number of whole records, valid or not. */
    int records() {
        return (int) records(bytes.capacity());
    }

    /** Returns the number of records up to the last valid one. */
    int written() {
        int written = records();
        while (written > 0 && !isValid(written - 1)) {
            written--;
        }
        return written;
    }

    /** Returns whether a record passes its checksum. */
    boolean isValid(int record) {
        int at = (int) offset(record);
        return bytes.getInt(at + COVERED) == crc(bytes, at, COVERED);
    }

    /** Returns the hashed account of a record. */
    long account(int record) {
        return bytes.getLong((int) offset(record));
    }

    /** Returns the time of a record, in seconds since the Unix epoch. */
    long seconds(int record) {
        return Integer.toUnsignedLong(bytes.getInt((int) offset(record) + SECONDS));
    }

    /** Returns a value of a record, 0 if its bucket was empty. */
    long value(int record, int bucket) {
        return Integer.toUnsignedLong(bytes.getInt((int) offset(record) + VALUES + bucket * Integer.BYTES));
    }

    /** Returns the bytes of the file with the records of some accounts only, given hashed. */
    byte[] only(Set<Long> accounts) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(bytes.capacity());
        kept.write(bytes.array(), 0, Math.min(HEADER, bytes.capacity()));
        for (int record = 0; record < records(); record++) {
            if (accounts.contains(account(record))) {
                kept.write(bytes.array(), (int) offset(record), RECORD);
            }
        }
        return kept.toByteArray();
    }

    private static int crc(ByteBuffer bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, length));
        return (int) crc.getValue();
    }
}
