package dev.stillgate.canary.sketch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Binary format of the sketch files. Integers are big-endian.
 *
 * <pre>
 * header  "STLGSKCH"  u32 version  u32 bytes of a record  u64 id of the sketch key  u32 CRC-32C of these 24 bytes
 * record  u32 account  u32 time  20 x u32 value  u32 CRC-32C of these 88 bytes
 * </pre>
 *
 * The account is a number of the {@linkplain AccountNames names} beside the file, the time is in seconds since the Unix
 * epoch. An erased record is all zeros.
 */
final class SketchFormat {
    static final int HEADER = 28;
    static final int RECORD = 92;

    private static final long MAGIC = 0x53544C47534B4348L;
    private static final int VERSION = 1;
    private static final int COVERED = RECORD - Integer.BYTES;
    private static final int VALUES = 2 * Integer.BYTES;
    private static final Pattern NAME = Pattern.compile("sketches-(\\d{6,9})");

    private SketchFormat() {}

    static Path sketches(Path directory, int number) {
        return directory.resolve("sketches-%06d".formatted(number));
    }

    static Path names(Path directory, int number) {
        return directory.resolve("accounts-%06d".formatted(number));
    }

    /** Lists the numbers of a directory's files, oldest first; none if the directory does not exist. */
    static NavigableSet<Integer> list(Path directory) throws IOException {
        NavigableSet<Integer> numbers = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "sketches-*")) {
            for (Path file : all) {
                Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    numbers.add(Integer.parseInt(name.group(1)));
                }
            }
        } catch (NoSuchFileException e) {
            return numbers;
        }
        return numbers;
    }

    static byte[] header(long key) {
        ByteBuffer out = ByteBuffer.allocate(HEADER);
        out.putLong(MAGIC).putInt(VERSION).putInt(RECORD).putLong(key);
        return out.putInt(crc(out, 0, HEADER - Integer.BYTES)).array();
    }

    /** Returns whether a file has a header of this version. */
    static boolean isHeader(byte[] header) {
        ByteBuffer in = ByteBuffer.wrap(header);
        return header.length == HEADER
                && in.getInt(HEADER - Integer.BYTES) == crc(in, 0, HEADER - Integer.BYTES)
                && in.getLong() == MAGIC
                && in.getInt() == VERSION
                && in.getInt() == RECORD;
    }

    /** Returns the id of the key in a valid header. */
    static long key(byte[] header) {
        return ByteBuffer.wrap(header).getLong(16);
    }

    /** Encodes a record. */
    static void record(ByteBuffer out, int account, int seconds, long[] values) {
        int start = out.position();
        out.putInt(account).putInt(seconds);
        for (long value : values) {
            out.putInt((int) value);
        }
        out.putInt(crc(out, start, COVERED));
    }

    /** Returns whether the record at an offset was written and not erased. */
    static boolean isRecord(ByteBuffer in, int at) {
        return in.getInt(at + COVERED) == crc(in, at, COVERED);
    }

    static int account(ByteBuffer in, int at) {
        return in.getInt(at);
    }

    /** Returns the time of a record, in seconds since the Unix epoch. */
    static long seconds(ByteBuffer in, int at) {
        return Integer.toUnsignedLong(in.getInt(at + Integer.BYTES));
    }

    /** Returns a value of a record, 0 if its bucket was empty. */
    static long value(ByteBuffer in, int at, int bucket) {
        return Integer.toUnsignedLong(in.getInt(at + VALUES + bucket * Integer.BYTES));
    }

    private static int crc(ByteBuffer bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, length));
        return (int) crc.getValue();
    }
}
