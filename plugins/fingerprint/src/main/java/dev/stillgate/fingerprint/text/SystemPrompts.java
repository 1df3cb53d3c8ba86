package dev.stillgate.fingerprint.text;

/**
 * The keyed hash of a system prompt with its variable parts masked, dates and all. Applications send the same prompt
 * again and again, so the last ones are known again by a keyed hash of what they are as they stand. Of a long prompt
 * the first 48 Ki characters and the last 16 Ki count.
 */
final class SystemPrompts {
    private static final int KNOWN = 256;
    private static final int HEAD = 48 << 10;
    private static final int TAIL = NewText.MOST - HEAD;

    private final Words words;
    private final Spans spans = new Spans();
    private final MaskedWords masked;
    private final Lexicon lexicon;
    private final long seed;
    private final long[] raw = new long[KNOWN];
    private final long[] hash = new long[KNOWN];
    private char[] chars = new char[4 << 10];

    SystemPrompts(TextKey key, Lexicon lexicon) {
        this.words = new Words(key);
        this.masked = new MaskedWords(key);
        this.lexicon = lexicon;
        this.seed = key.seed(11);
    }

    /** Returns the hash of a prompt, 0 for an empty one. */
    long hash(CharSequence prompt) {
        int size = prompt.length();
        if (size == 0) {
            return 0;
        }
        int length = copy(prompt, size);
        long as = asItStands(length, size);
        int place = (int) (as >>> 32) & (KNOWN - 1);
        if (raw[place] != as) {
            hash[place] = masked(length);
            raw[place] = as;
        }
        return hash[place];
    }

    private int copy(CharSequence prompt, int size) {
        int length = Math.min(size, NewText.MOST);
        if (chars.length < length) {
            chars = new char[Math.min(NewText.MOST, Math.max(length, 2 * chars.length))];
        }
        int head = size <= NewText.MOST ? size : HEAD;
        prompt.getChars(0, head, chars, 0);
        if (head < size) {
            prompt.getChars(size - TAIL, size, chars, head);
        }
        return length;
    }

    private long asItStands(int length, int size) {
        long h = seed ^ size;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            h = TextKey.fold(four(i) ^ h, four(i + 4) ^ seed);
        }
        for (; i < length; i++) {
            h = TextKey.fold(chars[i] ^ h, seed);
        }
        return TextKey.notNone(h);
    }

    private long four(int i) {
        return chars[i] | ((long) chars[i + 1] << 16) | ((long) chars[i + 2] << 32) | ((long) chars[i + 3] << 48);
    }

    private long masked(int length) {
        words.read(chars, length);
        lexicon.number(words);
        spans.read(words);
        masked.read(words, spans);
        masked.takeOut(words.number, lexicon.dates());
        return masked.all();
    }
}
