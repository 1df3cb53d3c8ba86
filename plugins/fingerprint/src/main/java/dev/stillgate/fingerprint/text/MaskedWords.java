package dev.stillgate.fingerprint.text;

/**
 * Words of a text with the variable parts masked: a run of numbers, ids, URLs, mail addresses, quotes and code becomes
 * one slot. Two texts from one template have nearly equal masked words if the inserted parts are quoted or fenced; else
 * they share the words of the template.
 */
final class MaskedWords {
    /** Value of {@link #source} for a slot. */
    static final int SLOT = -1;

    /** Length of an opening in positions: two for a word, one for a character of an unspaced script. */
    private static final int OPENING = 16;

    /** Keyed hash of each word; a secret constant for slots. */
    long[] hash = new long[256];

    /** Index of each word in {@link Words}, {@link #SLOT} for slots. */
    int[] source = new int[256];

    int count;

    private final long slot;
    private final long openingSeed;
    private final long allSeed;

    MaskedWords(TextKey key) {
        slot = key.seed(4);
        openingSeed = key.seed(5);
        allSeed = key.seed(6);
    }

    /**
     * Masks the words of a text.
     *
     * @param spans code and quotes of the text
     */
    void read(Words words, Spans spans) {
        int entries = words.count;
        if (hash.length < entries) {
            hash = new long[words.hash.length];
            source = new int[words.hash.length];
        }
        int n = 0;
        boolean inSlot = false;
        for (int i = 0; i < entries; i++) {
            byte kind = words.kind[i];
            if (spans.cover[i] != Spans.PLAIN || kind == Words.NUMBER || kind == Words.ID) {
                if (!inSlot) {
                    hash[n] = slot;
                    source[n++] = SLOT;
                    inSlot = true;
                }
            } else if (kind != Words.MARK) {
                hash[n] = words.hash[i];
                source[n++] = i;
                inSlot = false;
            }
        }
        count = n;
    }

    /** Masks further words: those whose lexicon number is marked. */
    void maskMarked(int[] number, boolean[] marked) {
        int n = 0;
        for (int i = 0; i < count; i++) {
            boolean out = source[i] == SLOT || marked[number[source[i]]];
            if (!out || n == 0 || source[n - 1] != SLOT) {
                hash[n] = out ? slot : hash[i];
                source[n++] = out ? SLOT : source[i];
            }
        }
        count = n;
    }

    /** Returns the keyed hash of the first eight words, 0 if there are fewer. */
    long opening(Words words) {
        long h = openingSeed;
        int weight = 0;
        for (int i = 0; i < count && weight < OPENING; i++) {
            h = TextKey.fold(h ^ hash[i], openingSeed);
            weight += source[i] != SLOT && words.kind[source[i]] == Words.LONE ? 1 : 2;
        }
        return weight < OPENING ? 0 : TextKey.notNone(h);
    }

    /** Returns the keyed hash of all words. */
    long all() {
        long h = allSeed;
        for (int i = 0; i < count; i++) {
            h = TextKey.fold(h ^ hash[i], allSeed);
        }
        return TextKey.notNone(h);
    }
}
