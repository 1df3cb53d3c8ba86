package dev.stillgate.canary.text.table;

import dev.stillgate.canary.text.word.WordTrie;
import java.util.Arrays;
import java.util.SortedSet;

/**
 * Running score for the language of a text: words that are common in the language raise it, words common in other
 * languages lower it, and any other word lowers it a little. Nothing is marked while the score is low.
 */
public final class LanguageEvidence {
    /** The score before the first word. */
    public static final int INITIAL = 4;
    /** The score from which the language counts as established. */
    public static final int ENOUGH = 9;

    /** The score from which classes that open texts may be written. */
    public static final int LEAST_TO_OPEN = 1;

    private static final int MOST = 24;
    private static final int LEAST = -24;
    private static final int FOR = 3;
    private static final int OTHER = -1;
    private static final int FOREIGN_LETTERS = -3;
    private static final int AGAINST = -6;

    /** Weight of each word of the vocabulary; {@link #OTHER} for most. */
    private final byte[] steps;

    LanguageEvidence(WordTrie words, SortedSet<String> own, SortedSet<String> against) {
        steps = new byte[words.size()];
        Arrays.fill(steps, (byte) OTHER);
        against.forEach(word -> steps[words.add(word)] = AGAINST);
        own.forEach(word -> steps[words.add(word)] = FOR);
    }

    /** Returns whether a word is one of the language's common words. */
    public boolean isCommon(int word) {
        return steps[word] == FOR;
    }

    /**
     * Returns the score after one more word.
     *
     * @param foreignLetters whether the word has letters outside ASCII
     */
    public int after(int sum, int word, boolean foreignLetters) {
        int step = foreignLetters && steps[word] == OTHER ? FOREIGN_LETTERS : steps[word];
        return Math.clamp(sum + step, LEAST, MOST);
    }
}
