package dev.stillgate.fingerprint.link;

import dev.stillgate.fingerprint.capture.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Registration facts and creation times of accounts by account index, as of each account's last exchange. A fact is
 * kept as 64 bits of its hash. Accounts without facts and creation time take no memory. Not thread-safe.
 */
public final class FactTable {
    /** Number of names that are told apart; further names are ignored. */
    static final int MAX_NAMES = 64;

    private static final int MAX_NAME = 40;
    private static final int MINUTE = 60;

    private final List<String> names = new ArrayList<>();
    private final List<@Nullable FactBlock> blocks = new ArrayList<>();
    private long revision;

    /** Records the facts of an exchange's account. */
    public void observe(int account, Observation seen) {
        FactBlock block = block(account);
        boolean isKnown = !seen.facts.isEmpty() || seen.created != null;
        if (block == null && !isKnown) {
            return;
        }
        if (block == null) {
            block = add(account);
        }
        int i = account % FactBlock.SIZE;
        Instant created = seen.created;
        block.created[i] =
                created == null ? 0 : Math.clamp(Math.floorDiv(created.getEpochSecond(), MINUTE), 0, Integer.MAX_VALUE);
        block.clearFacts(i);
        for (Map.Entry<String, String> fact : seen.facts.entrySet()) {
            int name = number(fact.getKey());
            if (name >= 0) {
                block.set(name, i, hash(fact.getValue()));
            }
        }
        if (!seen.sameRequest && !seen.facts.isEmpty() && block.exchanges[i] < Byte.MAX_VALUE) {
            block.exchanges[i]++;
        }
        revision++;
    }

    private @Nullable FactBlock block(int account) {
        int number = account / FactBlock.SIZE;
        return number < blocks.size() ? blocks.get(number) : null;
    }

    private FactBlock add(int account) {
        int number = account / FactBlock.SIZE;
        while (blocks.size() <= number) {
            blocks.add(null);
        }
        FactBlock block = new FactBlock();
        blocks.set(number, block);
        return block;
    }

    /** Returns the number of a name, which is added if it is unknown; -1 if there are too many. */
    private int number(String name) {
        int known = names.indexOf(name);
        if (known >= 0 || names.size() == MAX_NAMES) {
            return known;
        }
        names.add(name);
        return names.size() - 1;
    }

    /** Returns 64 bits of a text; never 0. Texts are hashes already, so they need not be hashed under a key. */
    private static long hash(String text) {
        long hash = text.length();
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 29;
        }
        return hash == 0 ? 1 : hash;
    }

    /** Returns the names of all facts seen so far, ascending. */
    public List<String> names() {
        return names.stream().sorted().toList();
    }

    /** Returns those names by their numbers. */
    public List<String> numbered() {
        return names;
    }

    /** Returns 32 bits of the hash of each of an account's facts by the name's number, 0 for unknown ones. */
    public int[] values(int account) {
        return block(account) == null
                ? new int[0]
                : IntStream.range(0, names.size())
                        .map(name -> Long.hashCode(value(name, account)))
                        .toArray();
    }

    /** Returns the number of a name, or -1. */
    public int find(String name) {
        return names.indexOf(name);
    }

    /** Returns the hash of an account's fact by the name's number, 0 if the account does not have it. */
    public long value(int name, int account) {
        FactBlock block = block(account);
        return block == null ? 0 : block.value(name, account % FactBlock.SIZE);
    }

    /** Returns the number of an account's exchanges since it has facts, at most 127. */
    public int exchanges(int account) {
        FactBlock block = block(account);
        return block == null ? 0 : block.exchanges[account % FactBlock.SIZE];
    }

    /** Returns the minute of the epoch at which an account was created, 0 if unknown. */
    public int created(int account) {
        FactBlock block = block(account);
        return block == null ? 0 : block.created[account % FactBlock.SIZE];
    }

    /** Returns the upper bound of the account indexes with facts or a creation time, exclusive. */
    public int limit() {
        return blocks.size() * FactBlock.SIZE;
    }

    /** Returns a number that changes with each observation of an account with facts. */
    public long revision() {
        return revision;
    }

    /** Forgets accounts whose indexes may be reused. */
    public void forget(int... accounts) {
        for (int account : accounts) {
            FactBlock block = block(account);
            if (block != null) {
                block.clear(account % FactBlock.SIZE);
            }
        }
    }

    /** Writes all facts. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(names.size());
        for (String name : names) {
            out.writeUTF(name);
        }
        out.writeInt(blocks.size());
        for (FactBlock block : blocks) {
            out.writeBoolean(block != null);
            if (block != null) {
                block.write(out);
            }
        }
    }

    /**
     * Reads all facts into an empty table.
     *
     * @param accounts upper bound of the account indexes, exclusive
     * @throws IOException if the data is invalid; the table is then unusable
     */
    public void read(DataInput in, int accounts) throws IOException {
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            String name = in.readUTF();
            if (name.length() > MAX_NAME || names.size() == MAX_NAMES || names.contains(name)) {
                throw new IOException("damaged: invalid name of a fact");
            }
            names.add(name);
        }
        int count = in.readInt();
        if (count < 0 || (long) (count - 1) * FactBlock.SIZE >= accounts) {
            throw new IOException("damaged: " + count + " blocks of facts");
        }
        for (int left = count; left > 0; left--) {
            blocks.add(in.readBoolean() ? FactBlock.read(in, names.size()) : null);
        }
    }
}
