package dev.stillgate.canary.text.guard;

import dev.stillgate.canary.text.table.FormMatcher;
import dev.stillgate.canary.text.table.FormMatcher.Form;
import dev.stillgate.canary.text.table.WordClass.Left;
import dev.stillgate.canary.text.word.WordHash;
import dev.stillgate.canary.text.word.WordTrie;
import java.util.Arrays;

/**
 * Left neighbours of the current position in the written text: the last two words, the characters after them, and the
 * context, which is the sentence so far and the sentence before it.
 *
 * <p>Forms of one family of classes in one sentence, or at the beginning of neighbouring ones, are often parallel ("don't
 * run, and don't shout"). So only the first of them may be a site, and the others follow it.
 */
public final class LeftContext {
    private static final int NOTHING = WordHash.hash("");
    /** Asterisks or underscores of strong emphasis. */
    private static final int STRONG = 2;
    /** Values of {@link #families}. */
    private static final byte NEW = 0;

    private static final byte KEPT = -1;
    /** Number of words from which on a sentence counts as one with a cue. */
    private static final int LONG = 45;
    /** Number of sentences with a cue after which the rest of the text is left alone. */
    private static final int MANY = 3;

    private final FormMatcher forms;
    int word;
    /** The word before the last one if one space is between the two, else {@link WordTrie#UNKNOWN}. */
    int wordBefore;

    /** Whether the sentence so far has signs of source code, mathematics, an example of usage or a message. */
    boolean technical;

    /** Whether the text so far has an example of usage, as in a dictionary. */
    boolean lesson;

    /** Whether the last word is a common one and strong emphasis begins directly before it. */
    private boolean stressed;

    /** Whether the last word is a name: it is of prose, has a capital, and follows a word. */
    private boolean named;

    /** Number of asterisks and underscores in a row at the end of the text. */
    private int stars;

    /** State of each family in this sentence: not seen yet, seen, or one more than the form that was replaced. */
    private final byte[] families;

    /** Context bits of the words of the sentence so far. */
    private long sentence;
    /** Context bits of the sentence before. */
    private long sentenceBefore;

    private int sentenceWords;
    /** Whether the sentence so far has a cue of the table or is long. */
    private boolean cued;

    private boolean cuedBefore;
    /** Number of such sentences in the text, without this one. */
    private int cuedSentences;

    /** The family of the form that began the sentence before, or -1, and its value of {@link #families}. */
    private int openingFamily;

    private byte openingState;
    /** The family of the form that begins this sentence, -1 for none. */
    private int opened;

    /** Whether the last character is an operator after a word and a space. */
    private boolean operator;

    public int hash;
    boolean capital;
    public char apostrophe;
    Left kind = Left.START;
    private boolean comma;

    public LeftContext(FormMatcher forms) {
        this.forms = forms;
        families = new byte[forms.classes()];
    }

    public void begin() {
        word = wordBefore = WordTrie.UNKNOWN;
        sentence = sentenceBefore = 0;
        sentenceWords = cuedSentences = 0;
        cued = cuedBefore = false;
        opened = openingFamily = -1;
        technical = lesson = operator = false;
        hash = NOTHING;
        capital = false;
        apostrophe = '\'';
        kind = Left.START;
        comma = stressed = named = false;
        stars = 0;
        Arrays.fill(families, NEW);
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
        cued |= sentenceWords >= LONG
                || forms.isCue(newWord)
                || (newCapital && !capital && kind == Left.WORD && forms.isCapitalCue(newWord));
        technical |= forms.leadsMessage(newWord);
        word = newWord;
        hash = newHash;
        capital = newCapital;
        kind = Left.OTHER;
        comma = operator = stressed = named = false;
        stars = 0;
    }

    /** Called when a form has been written. */
    public void form(Form form, boolean newCapital, long context) {
        word(form.lastWord, form.lastHash, newCapital, context);
        if (form.count() > 1) {
            wordBefore = form.wordBeforeLast;
        }
    }

    /** Returns whether a form of a family here follows no other. */
    public boolean isFirst(int family) {
        return families[family] == NEW && !repeats(family);
    }

    /** Called before a form of a family that stays as it is, or that follows another, is written. */
    public void kept(int family) {
        if (repeats(family)) {
            families[family] = openingState;
        }
        families[family] = families[family] == NEW ? KEPT : families[family];
        opened = kind == Left.START ? family : opened;
    }

    /** Called before the first form of a family is replaced. */
    public void replaced(int family, int form) {
        families[family] = (byte) (form + 1);
        opened = kind == Left.START ? family : opened;
    }

    /** Returns whether the form that one of a family here follows was this one and has been replaced. */
    public boolean wasReplaced(int family, int form) {
        return (repeats(family) ? openingState : families[family]) == form + 1;
    }

    /** Returns whether a form of a family here begins the sentence as a form of the same family began the one before. */
    private boolean repeats(int family) {
        return kind == Left.START && family == openingFamily;
    }

    /** Returns whether the position is in the reach of a cue: its sentence, the next one, or the text after several. */
    boolean leftAlone() {
        return cued || cuedBefore || cuedSentences >= MANY;
    }

    /** Called when strong emphasis has begun directly before the last word, which is a common one. */
    public void stress() {
        stressed = true;
    }

    /** Called when the last word, which follows another, is one of prose with a capital. */
    public void name() {
        named = true;
    }

    /** Returns whether the position is a space after a word. */
    public boolean afterSpace() {
        return kind == Left.WORD;
    }

    boolean afterEmphasis() {
        return stars >= STRONG;
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
            cuedSentences += cued ? 1 : 0;
            cuedBefore = cued;
            cued = false;
            openingFamily = opened;
            openingState = opened < 0 ? NEW : families[opened];
            opened = -1;
            Arrays.fill(families, NEW);
        }
    }

    /**
     * Called when a character outside words has been written.
     *
     * @param first whether the character directly follows a word
     */
    public void mark(char c, boolean first) {
        technical |= (c == '(' && kind == Left.START) || (stressed && c == ' ' && stars >= STRONG);
        technical |= named && first && c == ':';
        lesson |= first && c == ',' && forms.leadsExample(word);
        boolean star = c == '*' || c == '_';
        stressed &= star;
        stars = star ? stars + 1 : 0;
        if (c == '“' || c == '”') {
            apostrophe = '’';
        }
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
