package dev.stillgate.canary.sketch;

import dev.stillgate.canary.ledger.file.Disk;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of one sketch file: lines of a number in eight hex digits, a CRC-32C of number and id, and the id in
 * UTF-8. A line whose checksum fails names no account. Erasure overwrites checksum and id with dashes. Not thread-safe.
 */
final class AccountNames {
    /** Limit on the accounts of a file. */
    static final int MAX_ACCOUNTS = 1 << 16;

    /** Characters of the longest id. */
    static final int MAX_ID = 128;

    private static final int MAX_LINE = 18 + 4 * MAX_ID;
    private static final int CHECKSUM = 9;
    private static final int ID = 18;

    private final Map<String, Integer> numbers = new HashMap<>();
    private @Nullable String[] ids = new String[16];
    private final Map<Integer, Long> offsets = new HashMap<>();
    private int next;
    private long whole;
    private boolean unnamed;

    /** Creates an empty list. */
    AccountNames() {}

    /** Reads a file; a missing one is empty. */
    static AccountNames read(Path file) throws IOException {
        AccountNames names = new AccountNames();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream(MAX_LINE);
            long start = 0;
            long at = 0;
            for (int b = in.read(); b >= 0; b = in.read()) {
                at++;
                if (b == '\n') {
                    names.line(line.toByteArray(), start, (int) Math.min(at - start - 1, Integer.MAX_VALUE));
                    names.whole = at;
                    start = at;
                    line.reset();
                } else if (line.size() < MAX_LINE) {
                    line.write(b);
                }
            }
        } catch (NoSuchFileException e) {
            return names;
        }
        return names;
    }

    private void line(byte[] line, long offset, int length) {
        int number = length < ID ? -1 : number(line);
        if (number < 0 || number >= MAX_ACCOUNTS) {
            return;
        }
        next = Math.max(next, number + 1);
        String id = new String(line, ID, line.length - ID, StandardCharsets.UTF_8);
        if (length == line.length && Arrays.equals(line, bytes(number, id))) {
            put(number, id);
            offsets.put(number, offset);
        } else {
            unnamed = true;
        }
    }

    private static int number(byte[] line) {
        String digits = new String(line, 0, CHECKSUM - 1, StandardCharsets.US_ASCII);
        return digits.matches("0000[0-9a-f]{4}") ? Integer.parseInt(digits, 16) : -1;
    }

    private void put(int number, String id) {
        if (number >= ids.length) {
            ids = Arrays.copyOf(ids, Math.max(number + 1, 2 * ids.length));
        }
        ids[number] = id;
        numbers.put(id, number);
    }

    private static byte[] bytes(int number, String id) {
        String head = HexFormat.of().toHexDigits(number);
        CRC32C crc = new CRC32C();
        crc.update((head + ' ' + id).getBytes(StandardCharsets.UTF_8));
        return (head + ' ' + HexFormat.of().toHexDigits((int) crc.getValue()) + ' ' + id)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the number of an account, or -1. */
    int number(String id) {
        return numbers.getOrDefault(id, -1);
    }

    /** Returns the account with a number, or null. */
    @Nullable
    String id(int number) {
        return number < 0 || number >= ids.length ? null : ids[number];
    }

    /** Adds an account and writes its line, with a line feed. */
    int add(String id, ByteArrayOutputStream lines) {
        int number = next++;
        put(number, id);
        lines.writeBytes(bytes(number, id));
        lines.write('\n');
        return number;
    }

    /** Returns whether another account fits. */
    boolean hasRoom() {
        return next < MAX_ACCOUNTS;
    }

    /** Returns whether a number of the file names no account, because the account was erased or the line is damaged. */
    boolean hasUnnamed() {
        return unnamed;
    }

    /** Returns the bytes up to the end of the last whole line. */
    long whole() {
        return whole;
    }

    /** Returns all ids. */
    Set<String> all() {
        return Set.copyOf(numbers.keySet());
    }

    /** Overwrites the checksums and ids of accounts in the file. Call on names that were read from it. */
    void erase(Disk.Output file, List<String> erased) throws IOException {
        for (String id : erased) {
            Integer number = numbers.remove(id);
            Long offset = number == null ? null : offsets.get(number);
            if (number != null && offset != null) {
                byte[] dashes = new byte[bytes(number, id).length - CHECKSUM];
                Arrays.fill(dashes, (byte) '-');
                Disk.writeWhole(file, ByteBuffer.wrap(dashes), offset + CHECKSUM);
                ids[number] = null;
                unnamed = true;
            }
        }
        file.force();
    }
}
