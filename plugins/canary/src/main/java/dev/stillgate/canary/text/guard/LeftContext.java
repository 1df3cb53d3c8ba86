package dev.stillgate.canary.text.guard;

import dev.stillgate.canary.text.word.WordHash;
import dev.stillgate.canary.text.word.WordTrie;
import dev.stillgate.canary.text.table.WordClass.Left;

/** What stands left of the place that has been written up to: the last word, and what came after it. */
public final class LeftContext {
    private static final int NOTHING = WordHash.hash("");

    int word;
    public int hash;
    boolean capital;
    public char apostrophe;
    Left kind = Left.START;
    private boolean comma;

    public void begin() {
        word = WordTrie.UNKNOWN;
        hash = NOTHING;
        capital = false;
        apostrophe = '\'';
        kind = Left.START;
        comma = false;
    }

    /** A word has been written, with nothing after it as yet. */
    public void word(int newWord, int newHash, boolean newCapital) {
        word = newWord;
        hash = newHash;
        capital = newCapital;
        kind = Left.OTHER;
        comma = false;
    }

    /** The last word is followed by one space and another word. */
    public void space() {
        kind = Left.WORD;
    }

    /** A char that is not of a word has been written; {@code first} directly after a word. */
    public void mark(char c, boolean first) {
        if (kind == Left.START) {
            return;
        }
        if (c == '.' || c == '!' || c == '?' || c == ':' || c == '\n') {
            kind = Left.START;
        } else if (first && c == ' ') {
            kind = Left.WORD;
        } else if (comma && c == ' ') {
            kind = Left.COMMA;
            comma = false;
        } else {
            kind = Left.OTHER;
            comma = first && c == ',';
        }
    }
}
