package dev.stillgate.fingerprint.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words that phrases are made of, numbered from 1, under one key: a look-up by a word's hash, for nearly every word a
 * single bit that says no.
 */
final class Lexicon {
    /** The number of a word that no phrase has. */
    static final int UNKNOWN = 0;

    private static final int FILTER_BITS = 15;
    private static final int FILTER_SHIFT = Long.SIZE - FILTER_BITS;

    private final long[] filter = new long[1 << (FILTER_BITS - 6)];
    private final long[] hashes;
    private final int[] numbers;
    private final int mask;
    private final boolean[] stop;
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
        stop = flags(stopRows, symbols);
        dates = flags(dateRows, symbols);
        automaton = new PhraseAutomaton(symbols, rows, groupOf);
        int room = Integer.highestOneBit(Math.max(8, symbols)) << 2;
        hashes = new long[room];
        numbers = new int[room];
        mask = room - 1;
        known.forEach(this::put);
    }

    /** Returns a term's words as numbers, given to those that are new. */
    private static int[] row(String term, Words words, Map<Long, Integer> known) {
        words.read(term.toCharArray(), term.length());
        int[] row = new int[words.count];
        for (int i = 0; i < row.length; i++) {
            row[i] = known.computeIfAbsent(words.hash[i], hash -> known.size() + 1);
        }
        if (row.length == 0 || row.length > Phrases.LONGEST_TERM) {
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

    private void put(long hash, int number) {
        filter[(int) (hash >>> (FILTER_SHIFT + 6))] |= 1L << (hash >>> FILTER_SHIFT);
        int slot = (int) hash & mask;
        while (numbers[slot] != UNKNOWN) {
            slot = (slot + 1) & mask;
        }
        hashes[slot] = hash;
        numbers[slot] = number;
    }

    /** Returns the number of a word by its hash. */
    int number(long hash) {
        if ((filter[(int) (hash >>> (FILTER_SHIFT + 6))] & 1L << (hash >>> FILTER_SHIFT)) == 0) {
            return UNKNOWN;
        }
        int slot = (int) hash & mask;
        while (numbers[slot] != UNKNOWN && hashes[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return numbers[slot];
    }

    /** Numbers all words of a text. */
    void number(Words words) {
        for (int i = 0; i < words.count; i++) {
            words.number[i] = number(words.hash[i]);
        }
    }

    /** Returns by number which words hardly count for what a text is about. */
    boolean[] stop() {
        return stop;
    }

    /** Returns by number which words change with the day. */
    boolean[] dates() {
        return dates;
    }

    /** Returns what finds phrases in rows of numbers; it puts out the indexes of their groups. */
    PhraseAutomaton automaton() {
        return automaton;
    }

    /** Returns the names of the groups, by their index. */
    List<String> groups() {
        return groups;
    }

    @Override
    public String toString() {
        return Arrays.stream(numbers).filter(n -> n != UNKNOWN).count() + " words, " + automaton;
    }
}
