package dev.stillgate.fingerprint.link;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Registration facts of {@value #SIZE} accounts: 5 bytes an account, and 8 for each name that occurs. */
final class FactBlock {
    static final int SIZE = 1 << 10;

    /** Minutes since the epoch at which accounts were created, 0 if unknown. */
    final int[] created = new int[SIZE];

    /** Exchanges since the account has facts, at most 127. */
    final byte[] exchanges = new byte[SIZE];

    /** Hashes of facts by the name's number, 0 for none. */
    private long[] @Nullable [] values = {};

    /** Returns the hash of a fact, 0 if the account does not have it. */
    long value(int name, int i) {
        long[] column = name < values.length ? values[name] : null;
        return column == null ? 0 : column[i];
    }

    void set(int name, int i, long value) {
        if (name >= values.length) {
            values = Arrays.copyOf(values, name + 1);
        }
        long[] column = values[name];
        if (column == null) {
            column = new long[SIZE];
            values[name] = column;
        }
        column[i] = value;
    }

    /** Removes the facts of an account. */
    void clearFacts(int i) {
        for (long[] column : values) {
            if (column != null) {
                column[i] = 0;
            }
        }
    }

    void clear(int i) {
        clearFacts(i);
        created[i] = 0;
        exchanges[i] = 0;
    }

    void write(DataOutput out) throws IOException {
        ByteBuffer minutes = ByteBuffer.allocate(SIZE * Integer.BYTES);
        minutes.asIntBuffer().put(created);
        out.write(minutes.array());
        out.write(exchanges);
        out.writeByte(values.length);
        for (long[] column : values) {
            out.writeBoolean(column != null);
            if (column != null) {
                ByteBuffer hashes = ByteBuffer.allocate(SIZE * Long.BYTES);
                hashes.asLongBuffer().put(column);
                out.write(hashes.array());
            }
        }
    }

    /**
     * Reads a block.
     *
     * @param names number of known names
     */
    static FactBlock read(DataInput in, int names) throws IOException {
        FactBlock block = new FactBlock();
        ByteBuffer minutes = ByteBuffer.allocate(SIZE * Integer.BYTES);
        in.readFully(minutes.array());
        minutes.asIntBuffer().get(block.created);
        in.readFully(block.exchanges);
        int columns = in.readUnsignedByte();
        if (columns > names) {
            throw new IOException("damaged: " + columns + " facts of " + names);
        }
        block.values = new long[columns][];
        for (int name = 0; name < columns; name++) {
            if (in.readBoolean()) {
                long[] column = new long[SIZE];
                ByteBuffer hashes = ByteBuffer.allocate(SIZE * Long.BYTES);
                in.readFully(hashes.array());
                hashes.asLongBuffer().get(column);
                block.values[name] = column;
            }
        }
        return block;
    }
}
