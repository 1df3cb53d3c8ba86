package dev.stillgate.canary.text.word;

import java.util.BitSet;

/**
 * Tokenizer for the current word of a stream. A word consists of letters and digits. An apostrophe or hyphen between
 * two of them continues the word; a character such as a dot or slash makes it a token that is not prose.
 */
public final class WordReader {
    private static final int MAX_NUMBER = 8;
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

    /**
     * Begins a word.
     *
     * @param isOpen whether the word may be prose
     */
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

    /** Takes a character that belongs or may belong to the word; returns false if the word has ended before it. */
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

    /**
     * Fast path: takes ASCII letters and digits within a word.
     *
     * @return the index of the first character that was not taken
     */
    public int takesPlainly(char[] chars, int from, int to) {
        if (length == 0 || glue != 0) {
            return from;
        }
        int at = node;
        int sum = hash;
        int upper = capitals;
        boolean number = digits;
        int i = from;
        for (; i < to; i++) {
            char c = chars[i];
            if (c >= 128 || !WORD[c]) {
                break;
            }
            at = at == WordTrie.DEAD ? at : words.step(at, c);
            sum = WordHash.add(sum, c);
            upper += c >= 'A' && c <= 'Z' ? 1 : 0;
            number &= c <= '9';
        }
        node = at;
        hash = sum;
        capitals = upper;
        length += i - from;
        digits = number && length <= MAX_NUMBER;
        return i;
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
            digits = c >= '0' && c <= '9' && length <= MAX_NUMBER;
        }
    }

    /** Returns whether a word is being read. */
    public boolean inside() {
        return length > 0;
    }

    /** Returns a pending character after the word that may still join it to more letters, 0 for none. */
    public char glue() {
        return glue;
    }

    /** Returns whether the word may still become the given one of the vocabulary. */
    boolean mayBecome(int word) {
        return !odd && node != WordTrie.DEAD && words.mayBecome(node, word);
    }

    /** Returns whether the word may still become one of these, given by rank in the vocabulary. */
    public boolean mayBecomeAny(BitSet wanted) {
        return (digits && wanted.get(words.place(WordTrie.NUMBER)))
                || (!odd && node != WordTrie.DEAD && words.mayBecomeAny(node, wanted));
    }

    /**
     * Returns whether a form may begin with this word.
     *
     * @param marks whether forms of any class may be written here
     * @param opens whether forms of classes that open texts may be written here
     */
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
        return capitals == 0 ? LetterCase.LOWER : capitals == 1 && firstCapital ? LetterCase.CAPITAL : LetterCase.MIXED;
    }

    public char apostrophe() {
        return apostrophe;
    }
}
