package dev.stillgate.proxy.json;

/**
 * Puts in the place of a text what only tells it from other texts: as many letters as it has characters that are no white
 * space, in words of five, so that its length is still to be seen. The letters of each {@link #PIECE} characters follow from
 * a keyed hash of these and of those before. So the same text becomes the same letters on every gateway with the same
 * secret, white space or not, what goes on from a text begins like it, and {@link dev.stillgate.spi.ContextMarks} finds the
 * letters of two texts alike exactly when it finds the texts alike.
 */
public final class TextHash {
    /** How many characters are hashed as one: those of which a mark of issued context is made. */
    static final int PIECE = KeyedMarks.TEXT_PREFIX;

    /** The most letters of one text. */
    static final int LONGEST = 1 << 16;

    private static final int WORD = 5;
    private static final int LETTERS = 13; // of 26, in 61 of 64 bits

    private final KeyedMarks key;

    /** A hash under the key in the first 16 bytes. */
    public TextHash(byte[] key) {
        this.key = new KeyedMarks(key);
    }

    /** Returns the letters of a text. */
    String of(CharSequence text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), LONGEST) * 6 / 5 + 1);
        StringBuilder piece = new StringBuilder(PIECE);
        long before = 0;
        int letters = 0;
        for (int i = 0; i < text.length() && letters + piece.length() < LONGEST; i++) {
            if (text.charAt(i) > ' ') {
                piece.append(text.charAt(i));
            }
            if (piece.length() == PIECE) {
                before = hash(piece, before);
                letters = write(before, PIECE, letters, out);
                piece.setLength(0);
            }
        }
        if (!piece.isEmpty()) {
            write(hash(piece, before), piece.length(), letters, out);
        }
        return out.toString();
    }

    private long hash(StringBuilder piece, long before) {
        long here = key.ofId(piece);
        return before == 0 ? here : key.ofId(Long.toHexString(before) + ' ' + Long.toHexString(here));
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
