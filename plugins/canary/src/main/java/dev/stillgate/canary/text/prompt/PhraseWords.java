package dev.stillgate.canary.text.prompt;

import dev.stillgate.canary.text.word.WordTrie;
import java.util.HashMap;
import java.util.Map;

/**
 * Vocabulary of phrases as a hash table: a word of a text is looked up once, by the 64-bit hash of its letters. Immutable
 * and thread-safe once built.
 */
final class PhraseWords {
    /** The hash of the empty word. */
    static final long EMPTY = 0x9e37_79b9_7f4a_7c15L;

    private static final long MIX = 0xff51_afd7_ed55_8ccdL;

    private final Map<String, Integer> ids = new HashMap<>();
    private long[] hashes = new long[0];
    private int[] idOf = new int[0];
    private int shift;

    PhraseWords() {
        add(WordTrie.NUMBER_WORD);
    }

    /** Adds a lower-case word and returns its number. {@link #build} must follow the last call. */
    int add(String word) {
        return ids.computeIfAbsent(word, any -> ids.size() + 1);
    }

    /** Returns the number of words, {@link WordTrie#UNKNOWN} included. */
    int size() {
        return ids.size() + 1;
    }

    /** Returns the hash of a word and one more letter, in lower case with straight apostrophes. */
    static long add(long hash, char letter) {
        return (hash ^ letter) * MIX;
    }

    /** Builds the table, at most a quarter of which is used. */
    void build() {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(4 * ids.size());
        shift = Long.SIZE - bits;
        hashes = new long[1 << bits];
        idOf = new int[1 << bits];
        ids.forEach((word, id) -> {
            long hash = EMPTY;
            for (int i = 0; i < word.length(); i++) {
                hash = add(hash, word.charAt(i));
            }
            int slot = slot(hash);
            if (idOf[slot] != WordTrie.UNKNOWN) {
                throw new IllegalStateException("two words have one hash: " + word);
            }
            hashes[slot] = hash;
            idOf[slot] = id;
        });
    }

    /** Returns the number of a word, {@link WordTrie#UNKNOWN} if no phrase has it. */
    int find(long hash) {
        return idOf[slot(hash)];
    }

    private int slot(long hash) {
        int slot = (int) (hash >>> shift);
        while (idOf[slot] != WordTrie.UNKNOWN && hashes[slot] != hash) {
            slot = (slot + 1) & (idOf.length - 1);
        }
        return slot;
    }
}
