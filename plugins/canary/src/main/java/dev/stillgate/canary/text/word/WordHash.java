package dev.stillgate.canary.text.word;

/**
 * Hash of a word that selects its bucket: FNV-1a, 32 bits (Fowler, Noll, Vo), over its UTF-16 units in lower case with
 * straight apostrophes, modulo the number of buckets. The hash has no key, so a class's cells are public.
 */
public final class WordHash {
    /** The hash of the empty word. */
    public static final int EMPTY = 0x811c9dc5;

    private static final int PRIME = 0x01000193;

    /** ASCII in lower case. */
    private static final char[] FOLDED = new char[128];

    static {
        for (char c = 0; c < FOLDED.length; c++) {
            FOLDED[c] = Character.toLowerCase(c);
        }
    }

    private WordHash() {}

    /** Returns the hash of a word and one more character. */
    public static int add(int hash, char c) {
        char folded = c < FOLDED.length ? FOLDED[c] : c == '’' ? '\'' : Character.toLowerCase(c);
        return (hash ^ folded) * PRIME;
    }

    public static int hash(String word) {
        int hash = EMPTY;
        for (int i = 0; i < word.length(); i++) {
            hash = add(hash, word.charAt(i));
        }
        return hash;
    }

    public static int bucket(int hash, int buckets) {
        return Integer.remainderUnsigned(hash, buckets);
    }
}
