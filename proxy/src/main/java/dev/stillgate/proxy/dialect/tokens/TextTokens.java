package dev.stillgate.proxy.dialect.tokens;

import dev.stillgate.proxy.json.JsonStrings;
import dev.stillgate.proxy.json.Swar;
import org.jspecify.annotations.Nullable;

/**
 * A running count of the tokens in text that comes in pieces, split at any byte: each byte costs what its class costs
 * after the class of the character before. One table look-up a byte, nothing held and nothing allocated; the count never
 * goes down, and no text makes it cost more time than its length.
 *
 * <p>Text is UTF-8 as it stands in JSON, and an escape counts as the character that it stands for. Text that was not
 * checked may be anything.
 */
public final class TextTokens {
    private static final int NO_ESCAPE = 0;
    private static final int AFTER_BACKSLASH = 1;
    private static final int FIRST_DIGIT = 2;
    private static final int AFTER_LAST_DIGIT = 6;

    /** The low seven bits of two bytes. */
    private static final int TWO = 0x7f7f;

    /** How far to go byte by byte before looking for eight characters of ASCII again. */
    private static final int STEPS = 24;

    private TokenWeights weights = TokenWeights.OPENAI;
    private long units;
    private int previous;
    private int escape;
    private int unit;

    /** Starts over. */
    public void reset(TokenWeights by) {
        weights = by;
        units = 0;
        previous = TokenWeights.START;
        escape = NO_ESCAPE;
    }

    /** Begins another text, which does not continue the one before. */
    public void begin() {
        previous = TokenWeights.START;
        escape = NO_ESCAPE;
    }

    /** Ends a string; what it left of an escape is none. */
    public void endString() {
        escape = NO_ESCAPE;
    }

    /** Counts a piece of text. */
    public void add(byte[] buf, int from, int end) {
        int p = from;
        while (p < end) {
            if (escape != NO_ESCAPE) {
                inEscape(buf[p++]);
            } else {
                p = plain(buf, p, end);
            }
        }
    }

    /** Counts up to a backslash and returns the index after it, or {@code end}. */
    private int plain(byte[] buf, int from, int end) {
        int p = words(buf, from, end);
        int[] pairs = weights.pairs;
        int before = previous;
        long sum = 0;
        int stop = Math.min(end, p + STEPS);
        while (p < stop) {
            byte b = buf[p++];
            if (b == '\\') {
                escape = AFTER_BACKSLASH;
                break;
            }
            int now = TokenWeights.CLASSES[b & 0xff];
            sum += pairs[before << 4 | now];
            before = now == TokenWeights.CONTINUATION ? before : now;
        }
        previous = before;
        units += sum;
        return p;
    }

    /** Counts ASCII, eight characters at once, and returns the index after it. */
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

    private void inEscape(byte b) {
        if (escape == AFTER_BACKSLASH) {
            if (b == 'u') {
                escape = FIRST_DIGIT;
                unit = 0;
            } else {
                escape = NO_ESCAPE;
                character(TokenWeights.CLASSES[JsonStrings.unescape(b) & 0xff]);
            }
            return;
        }
        unit = (unit << 4) | (JsonStrings.hex(b) & 0xf);
        if (++escape == AFTER_LAST_DIGIT) {
            escape = NO_ESCAPE;
            character(TokenWeights.classOf((char) unit));
        }
    }

    private void character(int now) {
        units += weights.pairs[previous << 4 | now];
        previous = now == TokenWeights.CONTINUATION ? previous : now;
    }

    /** Adds a cost that is not that of text, in thousandths of a token. */
    public void addUnits(long more) {
        units += more;
    }

    /** Adds what a call of a tool in an answer costs beside its text. */
    public void addCall() {
        units += weights.structure.called();
    }

    /** Returns whether nothing has been counted. */
    public boolean isEmpty() {
        return units == 0;
    }

    /** Returns the count in whole tokens, rounded up, for a model of that name. */
    public long tokens(@Nullable String model) {
        return (units * weights.percent(model) + 99_999) / 100_000;
    }
}
