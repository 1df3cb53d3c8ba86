package dev.stillgate.canary.text;

import dev.stillgate.canary.text.WordClass.Left;

/** What stands left of the place that has been written up to: the last word, and what came after it. */
final class LeftContext {
    private static final int NOTHING = Buckets.hash("");

    int word;
    int hash;
    boolean capital;
    char apostrophe;
    Left kind = Left.START;
    private boolean comma;

    void begin() {
        word = Vocabulary.UNKNOWN;
        hash = NOTHING;
        capital = false;
        apostrophe = '\'';
        kind = Left.START;
        comma = false;
    }

    /** A word has been written, with nothing after it as yet. */
    void word(int newWord, int newHash, boolean newCapital) {
        word = newWord;
        hash = newHash;
        capital = newCapital;
        kind = Left.OTHER;
        comma = false;
    }

    /** The last word is followed by one space and another word. */
    void space() {
        kind = Left.WORD;
    }

    /** A char that is not of a word has been written; {@code first} directly after a word. */
    void mark(char c, boolean first) {
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
