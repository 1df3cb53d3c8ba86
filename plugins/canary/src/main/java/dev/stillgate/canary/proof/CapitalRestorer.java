package dev.stillgate.canary.proof;

/**
 * Restores capitals in lower-cased text: at the start of sentences, and in the word "I". The editor finds forms at
 * these places only with a capital. Independent of the key, so the test stays exact.
 */
final class CapitalRestorer {
    private static final int MIN_LETTERS = 40;

    private CapitalRestorer() {}

    /** Returns the text with restored capitals if it has enough letters and no capital. */
    static String restored(String text) {
        int letters = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isUpperCase(c)) {
                return text;
            }
            letters += Character.isLetter(c) ? 1 : 0;
        }
        if (letters < MIN_LETTERS) {
            return text;
        }
        StringBuilder restored = new StringBuilder(text);
        boolean begins = true;
        for (int i = 0; i < restored.length(); i++) {
            char c = restored.charAt(i);
            if (Character.isLetter(c)) {
                if (begins || isPronoun(restored, i)) {
                    restored.setCharAt(i, Character.toUpperCase(c));
                }
                begins = false;
            } else if (Character.isWhitespace(c)) {
                begins |= c == '\n' || (i > 0 && ".!?:".indexOf(restored.charAt(i - 1)) >= 0);
            } else if (Character.isDigit(c)) {
                begins &= i > 0 && Character.isWhitespace(restored.charAt(i - 1));
            }
        }
        return restored.toString();
    }

    private static boolean isPronoun(CharSequence text, int at) {
        return text.charAt(at) == 'i' && isGap(text, at - 1, false) && isGap(text, at + 1, true);
    }

    private static boolean isGap(CharSequence text, int at, boolean apostrophe) {
        if (at < 0 || at >= text.length()) {
            return true;
        }
        char c = text.charAt(at);
        return Character.isWhitespace(c) || ",;!?\"()*".indexOf(c) >= 0 || (apostrophe && (c == '\'' || c == '’'));
    }
}
