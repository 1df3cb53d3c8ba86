package dev.stillgate.fingerprint.text;

/** Boundaries of ids, addresses and numbers that consist of several words. */
final class Ids {
    /** Number of characters of a UUID before its first hyphen. */
    static final int UUID_HEAD = 8;

    static final int UUID_LENGTH = 36;

    private static final String UUID_SHAPE = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    private static final String JOINS_NUMBERS = ".,:/-";
    private static final String JOINS_NAMES = ".-+%";
    private static final String ENDS_URL = "<>\"'`)]}|\\^";

    private Ids() {}

    /** Returns whether a UUID begins at an index. */
    static boolean uuid(FoldedText text, int from) {
        if (from + UUID_LENGTH > text.length || text.isWord(from + UUID_LENGTH)) {
            return false;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = text.at(from + i);
            if (UUID_SHAPE.charAt(i) == '-' ? c != '-' : !isHex(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    /**
     * Returns the end of a number, date or time, given the end of its first part: 1,000.50 and 2026-01-31T10:00:00Z are
     * one each.
     */
    static int numberEnd(FoldedText text, int from) {
        int i = from;
        while ((text.kind(i + 1) & Letters.DIGIT) != 0 && JOINS_NUMBERS.indexOf(text.at(i)) >= 0) {
            i = text.wordEnd(i + 1);
        }
        return i;
    }

    /** Returns whether {@code //} follows a colon. */
    static boolean url(FoldedText text, int afterColon) {
        return afterColon + 1 < text.length && text.at(afterColon) == '/' && text.at(afterColon + 1) == '/';
    }

    static int urlEnd(FoldedText text, int from) {
        int i = from;
        while (i < text.length && (text.kind(i) & (Letters.SPACE | Letters.LONE)) == 0 && !endsUrl(text, i)) {
            i++;
        }
        return i;
    }

    private static boolean endsUrl(FoldedText text, int i) {
        char c = text.at(i);
        return c < 128 ? ENDS_URL.indexOf(c) >= 0 : (text.kind(i) & Letters.MARK) != 0;
    }

    static int mailEnd(FoldedText text, int from) {
        int i = text.wordEnd(from);
        while (text.isWord(i + 1) && (text.at(i) == '.' || text.at(i) == '-')) {
            i = text.wordEnd(i + 1);
        }
        return i;
    }

    /** Returns whether a character may occur between the words of the local part of a mail address. */
    static boolean joins(char c) {
        return JOINS_NAMES.indexOf(c) >= 0;
    }
}
