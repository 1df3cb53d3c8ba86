package dev.stillgate.fingerprint.text;

/** Where ids, addresses and numbers end that are more than one word. */
final class Ids {
    /** The characters of a UUID up to its first hyphen. */
    static final int UUID_HEAD = 8;

    static final int UUID_LENGTH = 36;

    private static final String UUID_SHAPE = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    private static final String JOINS_NUMBERS = ".,:/-";
    private static final String JOINS_NAMES = ".-+%";
    private static final String ENDS_URL = "<>\"'`)]}|\\^";

    private Ids() {}

    /** Returns whether a UUID stands at a place. */
    static boolean uuid(char[] text, int from, int length) {
        if (from + UUID_LENGTH > length || isWord(text, from + UUID_LENGTH, length)) {
            return false;
        }
        for (int i = UUID_LENGTH - 1; i >= 0; i--) {
            char c = text[from + i];
            if (UUID_SHAPE.charAt(i) == '-' ? c != '-' : Character.digit(c, 16) < 0 || c > 'f') {
                return false;
            }
        }
        return true;
    }

    /** Returns where a number ends whose first part ends at a place: 1,000.50 and 2026-01-31T10:00:00Z are one. */
    static int numberEnd(char[] text, int from, int length) {
        int i = from;
        while (i + 1 < length
                && JOINS_NUMBERS.indexOf(text[i]) >= 0
                && (Letters.of(text[i + 1]) & Letters.DIGIT) != 0) {
            i += 2;
            while (isWord(text, i, length)) {
                i++;
            }
        }
        return i;
    }

    /** Returns whether what follows a colon makes it that of a URL. */
    static boolean url(char[] text, int afterColon, int length) {
        return afterColon + 1 < length && text[afterColon] == '/' && text[afterColon + 1] == '/';
    }

    static int urlEnd(char[] text, int from, int length) {
        int i = from;
        while (i < length && (Letters.of(text[i]) & (Letters.SPACE | Letters.LONE)) == 0 && !endsUrl(text[i])) {
            i++;
        }
        return i;
    }

    private static boolean endsUrl(char c) {
        return c < 128 ? ENDS_URL.indexOf(c) >= 0 : (Letters.of(c) & Letters.MARK) != 0;
    }

    static int mailEnd(char[] text, int from, int length) {
        int i = from;
        while (isWord(text, i, length) || joinsWords(text, i, length)) {
            i++;
        }
        return i;
    }

    private static boolean joinsWords(char[] text, int i, int length) {
        return i + 1 < length && (text[i] == '.' || text[i] == '-') && isWord(text, i + 1, length);
    }

    static boolean isWord(char[] text, int i, int length) {
        return i < length && (Letters.of(text[i]) & Letters.WORD) != 0;
    }

    /** Returns whether a character may stand between the words of a mail address's name. */
    static boolean joins(char c) {
        return JOINS_NAMES.indexOf(c) >= 0;
    }
}
