package dev.stillgate.proxy.account;

import dev.stillgate.spi.HeapRoom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Facts by account number. Of an account they are packed as their count and, for each fact, the name's number, the
 * length and the characters of the hash. Not thread-safe until {@link #close}; thread-safe and immutable afterwards.
 */
final class FactPool {
    /** The maximum number of distinct names in a file. */
    static final int MAX_NAMES = 64;

    private final List<String> names = new ArrayList<>();
    private final ByteChunks bytes = new ByteChunks();

    /** The position of each account's facts plus 1, 0 for none; ends with the last account that has facts. */
    private int[] positions = {};

    /**
     * Adds the facts of an account.
     *
     * @param account the account's number, larger than that of any earlier call
     * @param facts valid hashes by name; not empty
     * @throws IllegalArgumentException if there are more than {@link #MAX_NAMES} distinct names, or too many facts
     * @throws HeapRoom.Full if there is not enough free heap
     */
    void add(int account, Map<String, String> facts) {
        if (account >= positions.length) {
            positions = PackedAccounts.enlarged(positions, account);
        }
        int size = 1;
        for (String hash : facts.values()) {
            size += 2 + hash.length();
        }
        int position = bytes.allocate(size);
        byte[] array = bytes.array(position);
        int to = ByteChunks.index(position);
        array[to++] = (byte) facts.size();
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            byte[] hash = fact.getValue().getBytes(StandardCharsets.ISO_8859_1);
            array[to++] = (byte) number(fact.getKey());
            array[to++] = (byte) hash.length;
            System.arraycopy(hash, 0, array, to, hash.length);
            to += hash.length;
        }
        positions[account] = position + 1;
    }

    private int number(String name) {
        int known = names.indexOf(name);
        if (known >= 0) {
            return known;
        }
        if (names.size() == MAX_NAMES) {
            throw new IllegalArgumentException("more than " + MAX_NAMES + " different facts");
        }
        names.add(name);
        return names.size() - 1;
    }

    /** Returns the facts of an account, an immutable map. */
    Map<String, String> get(int account) {
        int position = account < positions.length ? positions[account] - 1 : -1;
        if (position < 0) {
            return Map.of();
        }
        byte[] array = bytes.array(position);
        int from = ByteChunks.index(position);
        Map<String, String> facts = new LinkedHashMap<>();
        for (int left = array[from++]; left > 0; left--) {
            int length = array[from + 1];
            String hash = new String(array, from + 2, length, StandardCharsets.ISO_8859_1);
            facts.put(names.get(array[from]), hash);
            from += 2 + length;
        }
        return Map.copyOf(facts);
    }

    /** Gives unused memory back; {@link #add} must not be called afterwards. */
    void close() {
        bytes.close();
        positions = PackedAccounts.trimmed(positions);
    }
}
