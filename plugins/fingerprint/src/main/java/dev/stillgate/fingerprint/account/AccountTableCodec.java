package dev.stillgate.fingerprint.account;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Binary format of accounts and issued hashes. No array is allocated by a length from the file. */
final class AccountTableCodec {
    private AccountTableCodec() {}

    static void write(DataOutput out, AccountTable table) throws IOException {
        write(out, table.organisations());
        write(out, table.tiers());
        int limit = table.index().limit();
        for (int from = 0; from < limit; from += AccountColumns.SIZE) {
            int to = Math.min(limit, from + AccountColumns.SIZE);
            out.writeInt(to - from);
            for (int account = from; account < to; account++) {
                out.writeUTF(table.index().id(account));
            }
            for (Object column : table.columns(from).all()) {
                out.write(bytes(column));
            }
        }
        out.writeInt(0);
    }

    /** Reads accounts into an empty table. */
    static void read(DataInput in, AccountTable table) throws IOException {
        read(in, table.organisations());
        read(in, table.tiers());
        for (int count = in.readInt(); count != 0; count = in.readInt()) {
            if (count < 0 || count > AccountColumns.SIZE || table.index().limit() % AccountColumns.SIZE != 0) {
                throw new IOException("damaged: a block of " + count + " accounts");
            }
            for (int i = 0; i < count; i++) {
                if (!table.index().append(in.readUTF())) {
                    throw new IOException("damaged: invalid or duplicate account id");
                }
            }
            AccountColumns columns = new AccountColumns();
            for (Object column : columns.all()) {
                read(in, column);
            }
            for (int organisation : columns.organisation) {
                if (organisation < 0
                        || organisation > table.organisations().names().size()) {
                    throw new IOException("damaged: unknown organisation " + organisation);
                }
            }
            for (byte tier : columns.tier) {
                if ((tier & 0xff) > table.tiers().names().size()) {
                    throw new IOException("damaged: unknown tier " + (tier & 0xff));
                }
            }
            table.append(columns);
        }
    }

    private static void write(DataOutput out, NameIndex index) throws IOException {
        out.writeInt(index.names().size());
        for (String name : index.names()) {
            out.writeUTF(name);
        }
    }

    private static void read(DataInput in, NameIndex index) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            index.getOrAdd(in.readUTF());
        }
    }

    private static byte[] bytes(Object column) {
        return switch (column) {
            case byte[] bytes -> bytes;
            case short[] shorts -> {
                ByteBuffer bytes = ByteBuffer.allocate(shorts.length * Short.BYTES);
                bytes.asShortBuffer().put(shorts);
                yield bytes.array();
            }
            case int[] ints -> {
                ByteBuffer bytes = ByteBuffer.allocate(ints.length * Integer.BYTES);
                bytes.asIntBuffer().put(ints);
                yield bytes.array();
            }
            case float[] floats -> {
                ByteBuffer bytes = ByteBuffer.allocate(floats.length * Float.BYTES);
                bytes.asFloatBuffer().put(floats);
                yield bytes.array();
            }
            default -> throw new IllegalStateException("a column of " + column.getClass());
        };
    }

    private static void read(DataInput in, Object column) throws IOException {
        byte[] bytes = bytes(column);
        in.readFully(bytes);
        switch (column) {
            case byte[] same -> {}
            case short[] shorts -> ByteBuffer.wrap(bytes).asShortBuffer().get(shorts);
            case int[] ints -> ByteBuffer.wrap(bytes).asIntBuffer().get(ints);
            case float[] floats -> ByteBuffer.wrap(bytes).asFloatBuffer().get(floats);
            default -> throw new IllegalStateException("a column of " + column.getClass());
        }
    }

    static void write(DataOutput out, IssuedHashes issued) throws IOException {
        out.writeLong(issued.size());
        issued.forEach((hash, owner) -> {
            out.writeLong(hash);
            out.writeInt(owner);
        });
    }

    /**
     * Reads issued hashes.
     *
     * @param accounts upper bound of the account indexes, exclusive
     * @param hashes whether the hash key is unchanged; else the hashes are read and dropped
     */
    static void read(DataInput in, IssuedHashes issued, int accounts, boolean hashes) throws IOException {
        for (long left = in.readLong(); left > 0; left--) {
            long hash = in.readLong();
            int owner = in.readInt();
            if (owner >= accounts || owner < IssuedHashes.AMBIGUOUS) {
                throw new IOException("damaged: unknown account " + owner);
            }
            if (hashes && hash != 0) {
                issued.restore(hash, owner);
            }
        }
    }
}
