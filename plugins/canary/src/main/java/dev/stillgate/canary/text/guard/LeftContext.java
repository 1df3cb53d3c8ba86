package dev.stillgate.canary.text.guard;

import dev.stillgate.canary.text.table.WordClass.Left;
import dev.stillgate.canary.text.word.WordHash;
import dev.stillgate.canary.text.word.WordTrie;

/** Left neighbour of the current position in the written text: the last word and what followed it. */
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

    /** Called when a word has been written. */
    public void word(int newWord, int newHash, boolean newCapital) {
        word = newWord;
        hash = newHash;
        capital = newCapital;
        kind = Left.OTHER;
        comma = false;
    }

    /** Called when one space and another word follow the last word. */
    public void space() {
        kind = Left.WORD;
    }

    /**
     * Called when a character outside words has been written.
     *
     * @param first whether the character directly follows a word
     */
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
