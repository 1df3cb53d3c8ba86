package dev.stillgate.canary.ledger.file;

import dev.stillgate.canary.ledger.tree.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A record of the ledger, which is a leaf of its Merkle tree: the commitment to a key, or a marked response. The hashed
 * bytes are a type and big-endian fields.
 *
 * <pre>
 * leaf        type  time        fields
 * commitment  1     u64 millis  32-byte commitment, 32-byte hash of the table, key name in UTF-8
 * answer      2     u64 millis  u64 key, 32-byte hash of the message id, u32 sites, a bit per site (low bit first)
 * </pre>
 */
public sealed interface Leaf {
    int MAX_NAME = 128;
    int MAX_SITES = 1 << 19;

    /** Limit on the bytes of a leaf: a response with the largest number of sites. */
    int MAX_BYTES = 1 + 8 + 8 + Hash.LENGTH + 4 + MAX_SITES / 8;

    /** Returns the wall-clock time of the leaf, in milliseconds since the Unix epoch. */
    long millis();

    byte[] bytes();

    /** Bytes that do not encode a leaf. */
    final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /**
     * Commitment to a key, on disk before the key's first use.
     *
     * @param table digest of the class table with which the key is used
     */
    record Commitment(long millis, String key, Hash commitment, Hash table) implements Leaf {
        private static final byte TYPE = 1;
        private static final int FIXED = 1 + 8 + 2 * Hash.LENGTH;

        /** @throws IllegalArgumentException if the name is empty, too long, or has control characters */
        public Commitment {
            checkName(key);
        }

        @Override
        public byte[] bytes() {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(FIXED + name.length)
                    .put(TYPE)
                    .putLong(millis)
                    .put(commitment.bytes())
                    .put(table.bytes())
                    .put(name)
                    .array();
        }

        private static Commitment read(ByteBuffer in) throws Malformed {
            long millis = in.getLong();
            Hash commitment = hash(in);
            Hash table = hash(in);
            try {
                String key = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
                return new Commitment(millis, key, commitment, table);
            } catch (CharacterCodingException | IllegalArgumentException e) {
                throw new Malformed("a commitment's key name is invalid");
            }
        }
    }

    /**
     * A marked response.
     *
     * @param key index of the leaf that commits to the key, smaller than this leaf's
     * @param message keyed hash of the message id
     * @param sites number of sites in the text
     * @param forms one bit per site: the delivered form
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Response(long millis, long key, Hash message, int sites, byte[] forms) implements Leaf {
        private static final byte TYPE = 2;
        private static final int FIXED = 1 + 8 + 8 + Hash.LENGTH + 4;

        @Override
        public byte[] bytes() {
            return ByteBuffer.allocate(FIXED + forms.length)
                    .put(TYPE)
                    .putLong(millis)
                    .putLong(key)
                    .put(message.bytes())
                    .putInt(sites)
                    .put(forms)
                    .array();
        }

        private static Response read(ByteBuffer in) throws Malformed {
            long millis = in.getLong();
            long key = in.getLong();
            Hash message = hash(in);
            int sites = in.getInt();
            if (sites < 0 || sites > MAX_SITES || in.remaining() != bytesFor(sites)) {
                throw new Malformed("an answer with " + in.remaining() + " bytes for " + sites + " sites");
            }
            byte[] forms = new byte[in.remaining()];
            in.get(forms);
            return new Response(millis, key, message, sites, forms);
        }

        public static int bytesFor(int sites) {
            return (sites + 7) / 8;
        }
    }

    /** Decodes a leaf. */
    static Leaf read(byte[] bytes) throws Malformed {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int type = in.hasRemaining() ? in.get() : 0;
        if (type == Commitment.TYPE && bytes.length > Commitment.FIXED) {
            return Commitment.read(in);
        }
        if (type == Response.TYPE && bytes.length >= Response.FIXED) {
            return Response.read(in);
        }
        throw new Malformed("a leaf of type " + type + " with " + bytes.length + " bytes");
    }

    /**
     * Checks a key's name: 1 to 128 characters without control characters, format characters or unpaired surrogates.
     */
    static void checkName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "a key's name has 1 to " + MAX_NAME + " characters, not " + name.length());
        }
        boolean plain = name.codePoints()
                .noneMatch(c -> Character.isISOControl(c)
                        || Character.getType(c) == Character.SURROGATE
                        || Character.getType(c) == Character.FORMAT);
        if (!plain) {
            throw new IllegalArgumentException("a key's name has no control characters and no unpaired surrogates");
        }
    }

    private static Hash hash(ByteBuffer in) {
        byte[] bytes = new byte[Hash.LENGTH];
        in.get(bytes);
        return Hash.of(bytes);
    }
}
