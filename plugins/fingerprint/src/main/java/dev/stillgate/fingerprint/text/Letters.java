package dev.stillgate.fingerprint.text;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/**
 * Lookup table of characters: the folded character in the low 16 bits, its kinds in the next 8, flags for
 * {@link FoldedText} above. Characters beyond the basic multilingual plane separate words.
 */
final class Letters {
    /** Part of a word: a letter, a digit or an underscore. */
    static final int WORD = 1;

    /** Part of a word outside of the fast path: a digit, or a letter that is not Latin or has a code above 255. */
    static final int ODD = 1 << 1;

    static final int DIGIT = 1 << 2;

    /** A character of a script without spaces between words, or of Hangul, where endings join the word. */
    static final int LONE = 1 << 3;

    static final int SPACE = 1 << 4;

    static final int NEWLINE = 1 << 5;

    /** Punctuation that can begin or end a masked span. */
    static final int MARK = 1 << 6;

    /** Punctuation that separates parts of a prompt if three or more of it are a line of their own. */
    static final int FENCE = 1 << 7;

    /** Shift of the kinds in an entry. */
    static final int KINDS = 16;

    /** Table flag: dropped everywhere, as zero-width characters and combining accents. */
    static final int SOFT = 1 << 24;

    /** Table flag: dropped inside a word. */
    static final int APOSTROPHE = 1 << 25;

    /** Table flag: the folded character has a code above 255. */
    static final int WIDE = 1 << 26;

    private static final String MARKS = "\"'`<>:@“”„«»‹›‘’「」『』";
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
    private static final char TATWEEL = 'ـ';
    private static final char FULL_WIDTH = 0xff01;
    private static final char FULL_WIDTH_END = 0xff5e;
    private static final int[] TABLE = table();

    private Letters() {}

    static int of(char c) {
        return TABLE[c];
    }

    /** Returns whether a letter, in lower case, is of a script other than Latin. */
    static boolean isOtherScript(char letter) {
        return letter >= 0x250 && (letter < 0x1e00 || letter > 0x1eff);
    }

    private static int[] table() {
        int[] table = new int[1 << 16];
        for (int c = 0; c < table.length; c++) {
            int entry = entry((char) c);
            table[c] = (entry & 0xff00) == 0 ? entry : entry | WIDE;
        }
        return table;
    }

    private static int entry(char c) {
        if (c >= FULL_WIDTH && c <= FULL_WIDTH_END) {
            return entry((char) (c - FULL_WIDTH + '!'));
        }
        if (c <= ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
            return kinds(' ', SPACE | (c == '\n' ? NEWLINE : 0));
        }
        if (c == '_') {
            return kinds(c, WORD);
        }
        int marks = (MARKS.indexOf(c) >= 0 ? MARK : 0) | (FENCES.indexOf(c) >= 0 ? FENCE : 0);
        return marks == 0 ? letter(c) : kinds(c, marks) | (c == '\'' || c == '’' ? APOSTROPHE : 0);
    }

    private static int letter(char c) {
        UnicodeScript script = UnicodeScript.of(c);
        if ((UNSPACED.contains(script) && Character.isUnicodeIdentifierPart(c)) || c == LONG_VOWEL) {
            return kinds(c, LONE);
        }
        if (Character.isLetter(c)) {
            char lower = Character.toLowerCase(c);
            boolean plain = script == UnicodeScript.LATIN && lower < 1 << Byte.SIZE;
            return c == TATWEEL ? c | SOFT : kinds(lower, plain ? WORD : WORD | ODD);
        }
        if (Character.isDigit(c)) {
            return kinds((char) ('0' + Character.digit(c, 10)), WORD | ODD | DIGIT);
        }
        return switch (Character.getType(c)) {
            case Character.FORMAT -> c | SOFT;
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK ->
                script == UnicodeScript.INHERITED ? c | SOFT : kinds(c, WORD | ODD);
            default -> c;
        };
    }

    private static int kinds(char folded, int kinds) {
        return folded | (kinds << KINDS);
    }
}
