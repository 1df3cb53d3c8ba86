package dev.stillgate.canary.text.word;

import java.util.BitSet;

/**
 * The word that is being read. A word is letters and digits; other chars between two of them glue them together: an
 * apostrophe or a hyphen makes one word, anything like a dot or a slash makes something that is no word of prose.
 */
public final class WordReader {
    private static final int LONGEST_NUMBER = 8;
    private static final boolean[] WORD = new boolean[128];
    private static final boolean[] GLUE = new boolean[128];

    static {
        for (char c = 'a'; c <= 'z'; c++) {
            WORD[c] = WORD[c - 'a' + 'A'] = true;
        }
        for (char c = '0'; c <= '9'; c++) {
            WORD[c] = true;
        }
        for (char c : "'-./_@\\:+&%#~$<>=*^|".toCharArray()) {
            GLUE[c] = true;
        }
    }

    private final WordTrie words;
    private int length;
    private int node;
    private int hash;
    private int capitals;
    private boolean firstCapital;
    private boolean foreign;
    private boolean odd;
    private boolean digits;
    private boolean open;
    private char apostrophe;
    private char glue;

    public WordReader(WordTrie words) {
        this.words = words;
    }

    public static boolean starts(char c) {
        return c < 128 ? WORD[c] : Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK;
    }

    public void clear() {
        length = 0;
        glue = 0;
    }

    /** Begins a word; {@code isOpen} says whether it may be prose. */
    public void start(char c, boolean isOpen) {
        node = WordTrie.ROOT;
        hash = WordHash.EMPTY;
        capitals = 0;
        foreign = odd = false;
        digits = true;
        open = isOpen;
        apostrophe = 0;
        firstCapital = Character.isUpperCase(c);
        append(c);
    }

    /** Takes a char that is of the word or may be; returns false when the word has ended before it. */
    public boolean takes(char c) {
        if (starts(c)) {
            if (glue != 0) {
                appendGlue();
            }
            append(c);
            return true;
        }
        if (glue == 0 && (c < 128 ? GLUE[c] || (c == ',' && digits) : c == '’')) {
            glue = c;
            return true;
        }
        return false;
    }

    /** Takes a letter or digit of ASCII within a word, the common case; returns false for anything else. */
    public boolean takesPlainly(char c) {
        if (length == 0 || glue != 0 || c >= 128 || !WORD[c]) {
            return false;
        }
        append(c);
        return true;
    }

    private void appendGlue() {
        boolean isApostrophe = glue == '\'' || glue == '’';
        if (isApostrophe) {
            apostrophe = glue;
        }
        if (isApostrophe || glue == '-') {
            digits = false;
        } else if (!digits || (glue != '.' && glue != ',')) {
            odd = true;
        }
        node = words.step(node, glue);
        hash = WordHash.add(hash, glue);
        length++;
        glue = 0;
    }

    private void append(char c) {
        length++;
        if (node != WordTrie.DEAD) {
            node = words.step(node, c);
        }
        hash = WordHash.add(hash, c);
        if (c >= 128) {
            foreign = true;
            capitals += Character.isUpperCase(c) ? 1 : 0;
        } else {
            capitals += c >= 'A' && c <= 'Z' ? 1 : 0;
        }
        if (digits) {
            digits = c >= '0' && c <= '9' && length <= LONGEST_NUMBER;
        }
    }

    /** Returns whether a word is being read. */
    public boolean inside() {
        return length > 0;
    }

    /** Returns the char after the word of which it is not known yet whether the word goes on after it, 0 for none. */
    public char glue() {
        return glue;
    }

    /** Returns whether the word may end as a certain one of the vocabulary. */
    boolean mayBecome(int word) {
        return !odd && node != WordTrie.DEAD && words.mayBecome(node, word);
    }

    /** Returns whether the word may end as one of these, given by their places in the vocabulary. */
    public boolean mayBecomeAny(BitSet wanted) {
        return (digits && wanted.get(words.place(WordTrie.NUMBER)))
                || (!odd && node != WordTrie.DEAD && words.mayBecomeAny(node, wanted));
    }

    /** Returns whether a form may begin with this word. */
    public boolean mayStart(boolean marks, boolean opens) {
        return open && !odd && ((marks && words.startsForm(node)) || (opens && words.startsOpening(node)));
    }

    public int id() {
        return odd ? WordTrie.UNKNOWN : digits ? WordTrie.NUMBER : words.word(node);
    }

    public int hash() {
        return hash;
    }

    public int length() {
        return length;
    }

    public boolean isOpen() {
        return open;
    }

    public boolean foreign() {
        return foreign && node == WordTrie.DEAD;
    }

    public boolean firstCapital() {
        return firstCapital;
    }

    public LetterCase caps() {
        return capitals == 0
                ? LetterCase.LOWER
                : capitals == 1 && firstCapital ? LetterCase.CAPITAL : LetterCase.MIXED;
    }

    public boolean isCapital() {
        return capitals == 1 && firstCapital;
    }

    public char apostrophe() {
        return apostrophe;
    }
}
