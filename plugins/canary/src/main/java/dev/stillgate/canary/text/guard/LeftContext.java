package dev.stillgate.canary.text.guard;

import dev.stillgate.canary.text.table.FormMatcher.Form;
import dev.stillgate.canary.text.table.WordClass.Left;
import dev.stillgate.canary.text.word.WordHash;
import dev.stillgate.canary.text.word.WordTrie;

/**
 * Left neighbours of the current position in the written text: the last two words, the characters after them, and the
 * context, which is the sentence so far and the sentence before it.
 */
public final class LeftContext {
    private static final int NOTHING = WordHash.hash("");

    int word;
    /** The word two to the left if one space follows each of the two, else {@link WordTrie#UNKNOWN}. */
    int wordBefore;

    /** Whether the sentence so far has signs of source code or mathematics. */
    boolean technical;

    /** Context bits of the words of the sentence so far. */
    private long sentence;
    /** Context bits of the sentence before. */
    private long sentenceBefore;

    private int sentenceWords;
    /** Whether the last character is an operator after a word and a space. */
    private boolean operator;

    public int hash;
    boolean capital;
    public char apostrophe;
    Left kind = Left.START;
    private boolean comma;

    public void begin() {
        word = wordBefore = WordTrie.UNKNOWN;
        sentence = sentenceBefore = 0;
        sentenceWords = 0;
        technical = operator = false;
        hash = NOTHING;
        capital = false;
        apostrophe = '\'';
        kind = Left.START;
        comma = false;
    }

    /**
     * Called when a word has been written.
     *
     * @param context the bits that the word adds to the context
     */
    public void word(int newWord, int newHash, boolean newCapital, long context) {
        wordBefore = kind == Left.WORD ? word : WordTrie.UNKNOWN;
        sentence |= context;
        sentenceWords++;
        word = newWord;
        hash = newHash;
        capital = newCapital;
        kind = Left.OTHER;
        comma = operator = false;
    }

    /** Called when a form has been written. */
    public void form(Form form, boolean newCapital, long context) {
        word(form.lastWord, form.lastHash, newCapital, context);
        if (form.count() > 1) {
            wordBefore = form.wordBeforeLast;
        }
    }

    /** Returns the context bits of the sentence so far and of the sentence before it. */
    long context() {
        return sentence | sentenceBefore;
    }

    /** Called when one space and another word follow the last word. */
    public void space() {
        kind = Left.WORD;
    }

    /** A single word, such as the number of a list item or a title, belongs to the next sentence. */
    private void endSentence() {
        technical = false;
        if (sentenceWords > 1) {
            sentenceBefore = sentence;
            sentence = 0;
            sentenceWords = 0;
        }
    }

    /**
     * Called when a character outside words has been written.
     *
     * @param first whether the character directly follows a word
     */
    public void mark(char c, boolean first) {
        technical |= operator && c == ' ';
        operator = kind == Left.WORD && c != '~' && (c == '*' || Character.getType(c) == Character.MATH_SYMBOL);
        if (kind == Left.START) {
            return;
        }
        if (c == '.' || c == '!' || c == '?' || c == ':' || c == '\n') {
            kind = Left.START;
            if (c != ':') {
                endSentence();
            }
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
