package dev.stillgate.fingerprint.text;

/**
 * Redacted text for operators who enabled samples: words in lower case; numbers, ids, addresses, URLs, quotes and code
 * are masked. Names of people remain, so a sample is personal data.
 */
final class Redaction {
    private static final String SLOT = "[…]";

    private Redaction() {}

    /**
     * Returns the redacted beginning of a text.
     *
     * @param maxChars maximum number of characters
     */
    static String of(Words words, MaskedWords masked, int maxChars) {
        StringBuilder out = new StringBuilder();
        for (int w = 0; w < masked.count && out.length() < maxChars; w++) {
            int entry = masked.source[w];
            out.append(w == 0 ? "" : " ");
            if (entry == MaskedWords.SLOT) {
                out.append(SLOT);
                continue;
            }
            for (int i = words.start[entry]; i < words.end[entry] && out.length() < maxChars; i++) {
                char c = words.text.at(i);
                out.append(Character.isDigit(c) ? '0' : c);
            }
        }
        out.setLength(Math.min(maxChars, out.length()));
        return out.toString();
    }
}
