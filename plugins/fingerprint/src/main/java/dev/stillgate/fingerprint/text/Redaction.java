package dev.stillgate.fingerprint.text;

/**
 * What may be shown of a text to an operator who has asked for samples: its words in lower case, with everything variable
 * left out: numbers, ids, addresses, URLs, quotes and code. What people call each other by stays, so samples are personal
 * data all the same.
 */
final class Redaction {
    private static final String SLOT = "[…]";

    private Redaction() {}

    /**
     * Returns the beginning of a text that was read.
     *
     * @param most the most characters
     */
    static String of(Words words, MaskedWords masked, int most) {
        StringBuilder out = new StringBuilder();
        for (int w = 0; w < masked.count && out.length() < most; w++) {
            int entry = masked.source[w];
            out.append(w == 0 ? "" : " ");
            if (entry == MaskedWords.SLOT) {
                out.append(SLOT);
                continue;
            }
            for (int i = words.start[entry]; i < words.end[entry] && out.length() < most; i++) {
                char c = words.text.at(i);
                out.append(Character.isDigit(c) ? '0' : c);
            }
        }
        out.setLength(Math.min(most, out.length()));
        return out.toString();
    }
}
