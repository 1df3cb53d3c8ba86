package dev.stillgate.fingerprint.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Dictionary of stop words, words of dates and words in phrases, numbered from 1, by their keyed hash. A lookup compares two slots without a
 * branch (cuckoo hashing: Pagh and Rodler, Journal of Algorithms 51(2), 2004).
 */
final class Lexicon {
    /** Number of a word that is not in the dictionary. */
    static final int UNKNOWN = 0;

    private static final int NUMBER_BITS = 16;
    private static final long NUMBERS = (1L << NUMBER_BITS) - 1;

    /** Shift of the hash for the second slot of a word. */
    private static final int OTHER = 24;

    private static final int MAX_MOVES = 500;

    private final long[] slots;
    private final int shift;
    private final float[] weights;
    private final boolean[] dates;
    private final Phrase[][] phrases;

    /**
     * Phrase of an elicitation.
     *
     * @param numbers numbers of its words, at least one
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Phrase(Elicitation kind, int... numbers) {}

    Lexicon(TextKey key, WordLists lists) {
        Map<Long, Integer> known = new HashMap<>();
        Words words = new Words(key);
        List<int[]> stop = rows(lists.stop(), words, known);
        List<int[]> dateRows = rows(lists.dates(), words, known);
        List<Phrase> all = new ArrayList<>();
        for (Elicitation kind : Elicitation.values()) {
            rows(kind.phrases(), words, known).forEach(numbers -> all.add(new Phrase(kind, numbers)));
        }
        int symbols = known.size() + 1;
        weights = new float[symbols];
        Arrays.fill(weights, 1);
        stop.stream().filter(row -> row.length == 1).forEach(row -> weights[row[0]] = 0);
        dates = new boolean[symbols];
        dateRows.stream().filter(row -> row.length == 1).forEach(row -> dates[row[0]] = true);
        phrases = new Phrase[symbols][];
        for (int n = 0; n < symbols; n++) {
            int first = n;
            phrases[n] =
                    all.stream().filter(phrase -> phrase.numbers()[0] == first).toArray(Phrase[]::new);
        }
        slots = slots(known, Integer.SIZE - Integer.numberOfLeadingZeros(symbols));
        shift = Long.SIZE - Integer.numberOfTrailingZeros(slots.length);
    }

    /** Returns the numbers of each term's words; new words get the next numbers. */
    private static List<int[]> rows(Collection<String> terms, Words words, Map<Long, Integer> known) {
        List<int[]> rows = new ArrayList<>();
        for (String term : terms) {
            words.read(term.toCharArray(), term.length());
            rows.add(Arrays.stream(words.hash, 0, words.count)
                    .mapToInt(hash -> known.computeIfAbsent(hash, absent -> known.size() + 1))
                    .toArray());
        }
        return rows;
    }

    /**
     * Inserts a word into one of its two slots and moves displaced words to their other slots; returns false if too
     * many must move.
     */
    private static boolean put(long[] slots, int shift, long hash, int number) {
        long entry = (hash & ~NUMBERS) | number;
        int slot = (int) (hash >>> shift);
        for (int moves = 0; moves < MAX_MOVES; moves++) {
            long before = slots[slot];
            slots[slot] = entry;
            if (before == 0) {
                return true;
            }
            int first = (int) (before >>> shift);
            slot = first == slot ? (int) (before << OTHER >>> shift) : first;
            entry = before;
        }
        return false;
    }

    private static long[] slots(Map<Long, Integer> known, int bits) {
        long[] slots = new long[1 << bits];
        for (Map.Entry<Long, Integer> word : known.entrySet()) {
            if (!put(slots, Long.SIZE - bits, word.getKey(), word.getValue())) {
                return slots(known, bits + 1);
            }
        }
        return slots;
    }

    int number(long hash) {
        long one = slots[(int) (hash >>> shift)];
        long other = slots[(int) (hash << OTHER >>> shift)];
        int number = (one ^ hash) >>> NUMBER_BITS == 0 ? (int) (one & NUMBERS) : UNKNOWN;
        return (other ^ hash) >>> NUMBER_BITS == 0 ? (int) (other & NUMBERS) : number;
    }

    /** Sets the number of each word of a text, and lists the known words. */
    void number(Words words) {
        int count = words.count;
        long[] hash = words.hash;
        int[] number = words.number;
        int[] known = words.known;
        int n = 0;
        for (int i = 0; i < count; i++) {
            int found = number(hash[i]);
            number[i] = found;
            known[n] = i;
            n += -found >>> (Integer.SIZE - 1);
        }
        words.knownCount = n;
    }

    /** Returns the topic weight of each word by number: 0 for stop words, else 1. */
    float[] weights() {
        return weights;
    }

    /** Returns for each number whether the word belongs to a date. */
    boolean[] dates() {
        return dates;
    }

    /** Returns the phrases by the number of their first word. */
    Phrase[][] phrases() {
        return phrases;
    }

    @Override
    public String toString() {
        return weights.length + " words in " + slots.length + " slots";
    }
}
