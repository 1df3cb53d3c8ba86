package dev.stillgate.canary.text.table;

import java.util.Arrays;
import dev.stillgate.canary.text.word.WordTrie;
import java.util.SortedSet;

/**
 * What a table takes for evidence of its language: common words of it, and common words of others. A running sum goes up
 * with the first, down with the second, and a little down with every other word; nothing is marked while it is low.
 */
public final class LanguageEvidence {
    /** The sum before the first word. */
    public static final int INITIAL = 4;
    /** The sum from which on the language is believed. */
    public static final int ENOUGH = 9;

    /** The sum from which on a class that opens texts is believed to be of the language. */
    public static final int LEAST_TO_OPEN = 1;

    private static final int MOST = 24;
    private static final int LEAST = -24;
    private static final int FOR = 3;
    private static final int OTHER = -1;
    private static final int FOREIGN_LETTERS = -3;
    private static final int AGAINST = -6;

    /** What a word of the vocabulary adds, {@link #OTHER} for most. */
    private final byte[] steps;

    LanguageEvidence(WordTrie words, SortedSet<String> own, SortedSet<String> against) {
        steps = new byte[words.size()];
        Arrays.fill(steps, (byte) OTHER);
        against.forEach(word -> steps[words.add(word)] = AGAINST);
        own.forEach(word -> steps[words.add(word)] = FOR);
    }

    /** Returns the sum after one more word, which may have letters outside of ASCII. */
    public int after(int sum, int word, boolean foreignLetters) {
        int step = foreignLetters && steps[word] == OTHER ? FOREIGN_LETTERS : steps[word];
        return Math.clamp(sum + step, LEAST, MOST);
    }
}
