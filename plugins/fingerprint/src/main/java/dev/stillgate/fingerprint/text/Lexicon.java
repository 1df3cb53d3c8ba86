package dev.stillgate.fingerprint.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Dictionary of the words in phrases, numbered from 1, by their keyed hash. A lookup compares two slots without a
 * branch (cuckoo hashing: Pagh and Rodler, Journal of Algorithms 51(2), 2004).
 */
final class Lexicon {
    /** Number of a word that is in no phrase. */
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
    private final PhraseAutomaton automaton;
    private final List<String> groups = new ArrayList<>();

    Lexicon(TextKey key, Phrases phrases) {
        Map<Long, Integer> known = new HashMap<>();
        List<int[]> rows = new ArrayList<>();
        List<Integer> groupOf = new ArrayList<>();
        List<int[]> stopRows = new ArrayList<>();
        List<int[]> dateRows = new ArrayList<>();
        Words words = new Words(key);
        phrases.groups().forEach((name, terms) -> {
            int group = groups.size();
            boolean flags = name.equals(Phrases.STOP) || name.equals(Phrases.DATES);
            List<int[]> to = !flags ? rows : name.equals(Phrases.STOP) ? stopRows : dateRows;
            for (String term : terms) {
                to.add(row(term, words, known));
                if (!flags) {
                    groupOf.add(group);
                }
            }
            groups.add(name);
        });
        int symbols = known.size() + 1;
        weights = new float[symbols];
        boolean[] stop = flags(stopRows, symbols);
        for (int n = 0; n < symbols; n++) {
            weights[n] = stop[n] ? 0 : 1;
        }
        dates = flags(dateRows, symbols);
        automaton = new PhraseAutomaton(symbols, rows, groupOf);
        slots = slots(known, Integer.SIZE - Integer.numberOfLeadingZeros(symbols));
        shift = Long.SIZE - Integer.numberOfTrailingZeros(slots.length);
    }

    /** Returns the numbers of a term's words; new words get the next numbers. */
    private static int[] row(String term, Words words, Map<Long, Integer> known) {
        words.read(term.toCharArray(), term.length());
        int[] row = new int[words.count];
        for (int i = 0; i < row.length; i++) {
            row[i] = known.computeIfAbsent(words.hash[i], hash -> known.size() + 1);
        }
        if (row.length == 0 || row.length > Phrases.MAX_TERM_WORDS) {
            throw new IllegalArgumentException("a term of " + row.length + " words: " + term);
        }
        return row;
    }

    private static boolean[] flags(List<int[]> rows, int symbols) {
        boolean[] flags = new boolean[symbols];
        for (int[] row : rows) {
            if (row.length == 1) {
                flags[row[0]] = true;
            }
        }
        return flags;
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

    /** Returns the automaton that finds phrases; its outputs are group indexes. */
    PhraseAutomaton automaton() {
        return automaton;
    }

    /** Returns the names of the groups by index. */
    List<String> groups() {
        return groups;
    }

    @Override
    public String toString() {
        return weights.length + " words in " + slots.length + " slots, " + automaton;
    }
}
