package dev.stillgate.proxy.json;

/**
 * Pseudonymisation of text: replaces it by keyed hash letters, one per character that is not white space, in words of
 * five. The length stays visible. The letters of each {@link #PIECE} characters are a keyed hash of these characters
 * and all earlier ones.
 *
 * <p>Equal texts become equal letters on all gateways with the same secret, and texts with a common beginning keep one.
 * White space is ignored. Two hashed texts have the same {@linkplain dev.stillgate.spi.ContextHashes context hash}
 * exactly if the originals do. Immutable and thread-safe.
 */
public final class TextHash {
    /** Number of characters that are hashed together: as many as a context hash covers. */
    static final int PIECE = KeyedHashes.TEXT_PREFIX;

    /** Maximum number of letters; the rest of a longer text is dropped. */
    static final int LONGEST = 1 << 16;

    private static final int WORD = 5;
    private static final int LETTERS = 13; // 26^13 is less than 2^64

    private final KeyedHashes key;

    /** Creates a hash under the key in the first 16 bytes of an array. */
    public TextHash(byte[] key) {
        this.key = new KeyedHashes(key);
    }

    /** Returns the letters for a text. */
    String of(CharSequence text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), LONGEST) * 6 / 5 + 1);
        StringBuilder piece = new StringBuilder(PIECE);
        long chained = 0;
        int letters = 0;
        for (int i = 0; i < text.length() && letters + piece.length() < LONGEST; i++) {
            if (text.charAt(i) > ' ') {
                piece.append(text.charAt(i));
            }
            if (piece.length() == PIECE) {
                chained = hash(piece, chained);
                letters = write(chained, PIECE, letters, out);
                piece.setLength(0);
            }
        }
        if (!piece.isEmpty()) {
            write(hash(piece, chained), piece.length(), letters, out);
        }
        return out.toString();
    }

    private long hash(StringBuilder piece, long previous) {
        long own = key.ofId(piece);
        return previous == 0 ? own : key.ofId(Long.toHexString(previous) + ' ' + Long.toHexString(own));
    }

    private static int write(long hash, int count, int from, StringBuilder out) {
        long rest = hash;
        for (int i = 0; i < count; i++) {
            if (i % LETTERS == 0) {
                rest = hash;
            }
            if ((from + i) % WORD == 0 && from + i > 0) {
                out.append(' ');
            }
            out.append((char) ('a' + Long.remainderUnsigned(rest, 26)));
            rest = Long.divideUnsigned(rest, 26);
        }
        return from + count;
    }
}
