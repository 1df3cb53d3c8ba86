package dev.stillgate.fingerprint.text;

/**
 * Finds the {@link Elicitation}s of a text by their phrases. Punctuation between the words of a phrase is ignored. Code
 * is skipped; quotes are not, since they may hold the template. Thread-safe.
 */
final class ElicitationFinder {
    /** Number of positions that an entry takes, by kind. */
    private static final int[] WIDTH = {2, 1, 2, 2, 0};

    private final Lexicon.Phrase[][] byFirstWord;

    ElicitationFinder(Lexicon lexicon) {
        byFirstWord = lexicon.phrases();
    }

    /** Returns the bits of the elicitations that a text asks for. */
    int read(Words words, Spans spans) {
        int found = 0;
        for (int k = 0; k < words.knownCount; k++) {
            int i = words.known[k];
            for (Lexicon.Phrase phrase : byFirstWord[words.number[i]]) {
                if (spans.cover[i] != Spans.CODE && isAt(phrase.numbers(), words, k)) {
                    found |= phrase.kind().bit();
                }
            }
        }
        return found;
    }

    /** Returns whether the words of a phrase after its first, which is a known word, follow in the text. */
    private static boolean isAt(int[] numbers, Words words, int first) {
        boolean follows = first + numbers.length <= words.knownCount;
        for (int n = 1; follows && n < numbers.length; n++) {
            int before = words.known[first + n - 1];
            int i = words.known[first + n];
            follows =
                    words.number[i] == numbers[n] && words.position[i] - words.position[before] == WIDTH[words.kind[i]];
        }
        return follows;
    }
}
