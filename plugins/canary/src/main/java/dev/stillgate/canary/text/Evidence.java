package dev.stillgate.canary.text;

import java.util.BitSet;
import java.util.SortedSet;

/**
 * What a table takes for evidence of its language: common words of it, and common words of others. A running sum goes up
 * with the first, down with the second, and a little down with every other word; nothing is marked while it is low.
 */
final class Evidence {
    /** The sum before the first word. */
    static final int INITIAL = 4;
    /** The sum from which on the language is believed. */
    static final int ENOUGH = 9;

    /** The sum from which on a class that opens texts is believed to be of the language. */
    static final int LEAST_TO_OPEN = 1;

    private static final int MOST = 24;
    private static final int LEAST = -24;
    private static final int FOR = 3;
    private static final int OTHER = -1;
    private static final int FOREIGN_LETTERS = -3;
    private static final int AGAINST = -6;

    private final BitSet own = new BitSet();
    private final BitSet against = new BitSet();

    Evidence(Vocabulary words, SortedSet<String> own, SortedSet<String> against) {
        own.forEach(word -> this.own.set(words.add(word)));
        against.forEach(word -> this.against.set(words.add(word)));
    }

    /** Returns the sum after one more word, which may have letters outside of ASCII. */
    int after(int sum, int word, boolean foreignLetters) {
        int step = own.get(word) ? FOR : against.get(word) ? AGAINST : foreignLetters ? FOREIGN_LETTERS : OTHER;
        return Math.clamp(sum + step, LEAST, MOST);
    }
}
