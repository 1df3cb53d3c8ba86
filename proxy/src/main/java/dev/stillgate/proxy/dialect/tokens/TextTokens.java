package dev.stillgate.proxy.dialect.tokens;

import dev.stillgate.proxy.json.JsonEscape;
import dev.stillgate.proxy.json.Swar;
import org.jspecify.annotations.Nullable;

/**
 * Incremental token count estimate for text that arrives in pieces, split at any byte. Each byte adds a weight that
 * depends on its character class and that of the previous character ({@link TokenWeights}). One table look-up per byte,
 * without buffering or allocation; the count never decreases. Linear time for any input. Not thread-safe.
 *
 * <p>The input is the raw UTF-8 content of JSON strings; an escape counts as the character that it encodes. Invalid
 * input is accepted and gives an arbitrary count.
 */
public final class TextTokens {
    /** Mask of the low seven bits of two bytes. */
    private static final int TWO = 0x7f7f;

    /** Number of bytes to read one by one before trying the fast path for ASCII again. */
    private static final int STEPS = 24;

    /** Base64 characters per token of sound: 25 tokens a second (Google) of 24,000 samples with 16 bits. */
    private static final int SOUND_CHARS = 2_560;

    private TokenWeights weights = TokenWeights.PUBLIC;
    private long units;
    private int previous;
    private final JsonEscape escape = new JsonEscape();

    /** Sets the count to zero and changes the weights. */
    public void reset(TokenWeights newWeights) {
        weights = newWeights;
        units = 0;
        previous = TokenWeights.START;
        escape.clear();
    }

    /** Begins another text that does not continue the previous one. */
    public void begin() {
        previous = TokenWeights.START;
        escape.clear();
    }

    /** Ends a JSON string and discards an incomplete escape. */
    public void endString() {
        escape.clear();
    }

    /** Counts a piece of text. */
    public void add(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            if (escape.isOpen()) {
                int c = escape.read(buf[p++]);
                if (c >= 0) {
                    character(TokenWeights.classOf((char) c));
                }
            } else {
                p = plain(buf, p, end);
            }
        }
    }

    /**
     * Counts up to the next backslash, but only a limited number of bytes; returns the index of the next unread byte.
     */
    private int plain(byte[] buf, int from, int end) {
        int p = words(buf, from, end);
        int[] pairs = weights.pairs;
        int before = previous;
        long sum = 0;
        int stop = Math.min(end, p + STEPS);
        while (p < stop) {
            byte b = buf[p++];
            if (b == '\\') {
                escape.begin();
                break;
            }
            int current = TokenWeights.CLASSES[b & 0xff];
            sum += pairs[before << 4 | current];
            before = current == TokenWeights.CONTINUATION ? before : current;
        }
        previous = before;
        units += sum;
        return p;
    }

    /** Counts ASCII characters eight at a time; returns the index of the next unread byte. */
    private int words(byte[] buf, int from, int end) {
        short[] ascii = weights.ascii;
        byte[] classes = TokenWeights.CLASSES;
        int before = previous;
        long sum = 0;
        int p = from;
        for (; p <= end - 8; p += 8) {
            long word = Swar.word(buf, p);
            if (Swar.notPlainAscii(word) != 0) {
                break;
            }
            sum += weights.pairs[before << 4 | classes[(int) word & 0x7f]]
                    + ascii[(int) word & TWO]
                    + ascii[(int) (word >>> 8) & TWO]
                    + ascii[(int) (word >>> 16) & TWO]
                    + ascii[(int) (word >>> 24) & TWO]
                    + ascii[(int) (word >>> 32) & TWO]
                    + ascii[(int) (word >>> 40) & TWO]
                    + ascii[(int) (word >>> 48) & TWO];
            before = classes[(int) (word >>> 56)];
        }
        previous = before;
        units += sum;
        return p;
    }

    private void character(int current) {
        units += weights.pairs[previous << 4 | current];
        previous = current == TokenWeights.CONTINUATION ? previous : current;
    }

    /** Adds the cost of structure, in thousandths of a token. */
    public void addUnits(long addedUnits) {
        units += addedUnits;
    }

    /** Adds the fixed cost of a tool call in a response. */
    public void addCall() {
        units += weights.structure.called();
    }

    /** Adds the fixed cost of an image in a response. */
    public void addImage() {
        units += weights.structure.image();
    }

    /** Adds the cost of a piece of sound in a response, by its number of Base64 characters. */
    public void addSound(int chars) {
        units += chars * 1_000L / SOUND_CHARS;
    }

    /** Returns whether the count is zero. */
    public boolean isEmpty() {
        return units == 0;
    }

    /** Returns the count in whole tokens of a model's tokenizer, rounded up; null for an unknown model. */
    public long tokens(@Nullable String model) {
        return (units * weights.percent(model) + 99_999) / 100_000;
    }
}
