package dev.stillgate.canary.text.guard;

import dev.stillgate.canary.text.word.LetterCase;
import dev.stillgate.canary.text.word.WordReader;

/**
 * Queue of words that have been read but not written because a form may begin with the first of them. Single spaces
 * separate them.
 */
public final class PendingWords {
    /** A word. Instances are reused. */
    public static final class Word {
        public int id;
        public int hash;
        public int length;
        public LetterCase caps = LetterCase.LOWER;
        boolean firstCapital;
        public boolean open;
        public boolean foreign;
        public char apostrophe;

        void copy(WordReader word) {
            id = word.id();
            hash = word.hash();
            length = word.length();
            caps = word.caps();
            firstCapital = word.firstCapital();
            open = word.isOpen();
            foreign = word.foreign();
            apostrophe = word.apostrophe();
        }
    }

    private final Word[] words;
    private int count;

    public PendingWords(int most) {
        words = new Word[most];
        for (int i = 0; i < most; i++) {
            words[i] = new Word();
        }
    }

    public int count() {
        return count;
    }

    public void clear() {
        count = 0;
    }

    public void add(WordReader word) {
        words[count++].copy(word);
    }

    public Word get(int i) {
        return words[i];
    }

    /** Returns the number of characters of the first words and the spaces between them. */
    public int chars(int n) {
        int chars = n - 1;
        for (int i = 0; i < n; i++) {
            chars += words[i].length;
        }
        return chars;
    }

    public void drop(int n) {
        for (int i = 0; i < n; i++) {
            Word first = words[0];
            System.arraycopy(words, 1, words, 0, words.length - 1);
            words[words.length - 1] = first;
        }
        count -= n;
    }
}
