package dev.stillgate.fingerprint.text;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/**
 * What each character is to the reader of words, in one look-up: its lower case in the low 16 bits, its kinds above.
 * Characters beyond the basic plane, mostly pictures, separate words.
 */
final class Letters {
    /** Part of a word: a letter, a digit, an underscore. */
    static final int WORD = 1 << 16;

    static final int DIGIT = 1 << 17;

    /** A letter that is not Latin. */
    static final int OTHER_SCRIPT = 1 << 18;

    /** A character of a script whose words are not spaced, or (Hangul) run together with their endings. */
    static final int LONE = 1 << 19;

    static final int SPACE = 1 << 20;

    /** Punctuation that can begin or end what is masked. */
    static final int MARK = 1 << 21;

    /** Not seen at all: zero-width characters and the accents that follow their letter. */
    static final int SOFT = 1 << 22;

    /** Punctuation of which three in a row on a line of their own separate parts of a prompt. */
    static final int FENCE = 1 << 23;

    private static final String MARKS = "\"'`<>:\n“”„«»‹›‘’「」『』";
    private static final String FENCES = "\"'`-=*#~";
    private static final Set<UnicodeScript> UNSPACED = EnumSet.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.HANGUL,
            UnicodeScript.BOPOMOFO,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR,
            UnicodeScript.TIBETAN,
            UnicodeScript.YI);
    private static final char LONG_VOWEL = 'ー';
    private static final char FULL_WIDTH = 0xff01;
    private static final char FULL_WIDTH_END = 0xff5e;
    private static final int[] KINDS = kinds();

    private Letters() {}

    /** Returns the table itself, indexed by character; not to be written to. */
    static int[] table() {
        return KINDS;
    }

    static int of(char c) {
        return KINDS[c];
    }

    private static int[] kinds() {
        int[] kinds = new int[1 << 16];
        for (int c = 0; c < kinds.length; c++) {
            kinds[c] = kind((char) c);
        }
        return kinds;
    }

    private static int kind(char c) {
        if (c >= FULL_WIDTH && c <= FULL_WIDTH_END) {
            return kind((char) (c - FULL_WIDTH + '!'));
        }
        if (MARKS.indexOf(c) >= 0) {
            return c | MARK | (FENCES.indexOf(c) >= 0 ? FENCE : 0) | (c == '\n' ? SPACE : 0);
        }
        if (c == '_') {
            return c | WORD;
        }
        if (FENCES.indexOf(c) >= 0) {
            return c | FENCE;
        }
        if (c <= ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
            return c | SPACE;
        }
        return letter(c);
    }

    private static int letter(char c) {
        UnicodeScript script = UnicodeScript.of(c);
        if ((UNSPACED.contains(script) && Character.isUnicodeIdentifierPart(c)) || c == LONG_VOWEL) {
            return c | LONE | OTHER_SCRIPT;
        }
        int other = script == UnicodeScript.LATIN ? 0 : OTHER_SCRIPT;
        if (Character.isLetter(c)) {
            return c == 'ـ' ? c | SOFT : Character.toLowerCase(c) | WORD | other;
        }
        if (Character.isDigit(c)) {
            return ('0' + Character.digit(c, 10)) | WORD | DIGIT;
        }
        return switch (Character.getType(c)) {
            case Character.FORMAT -> c | SOFT;
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK ->
                script == UnicodeScript.INHERITED ? c | SOFT : c | WORD | other;
            default -> c;
        };
    }
}
