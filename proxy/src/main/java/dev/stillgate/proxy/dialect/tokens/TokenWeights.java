package dev.stillgate.proxy.dialect.tokens;

import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Token weights of text and prompt structure per provider, in thousandths of a token. A linear model over pairs of
 * character classes, so that the gateway can reserve tokens before the provider has counted them.
 *
 * <p>A character costs by its class and that of the previous character. The first letter of a word starts a token, that
 * is a letter after a non-letter or a capital after a small letter. Further letters add little, digits form groups of
 * three, spaces join the next word, and other scripts than Latin cost per character.
 *
 * <p>The text weights were fitted with non-negative least squares to the counts of jtokkit 1.1.0: {@code o200k_base}
 * for OpenAI. {@code RecordedEstimatesTest} measures the error on recorded exchanges. Media have a flat cost: an image that
 * of one megapixel, a file that of one page, audio that of half a minute. Immutable.
 */
public final class TokenWeights {
    static final int START = 0;
    static final int CONTINUATION = 15;

    /** Character class by byte; a multi-byte character has the class of its first byte. */
    static final byte[] CLASSES = classes();

    private static final int SMALL = 1;
    private static final int CAPITAL = 2;
    private static final int DIGIT = 3;
    private static final int SPACE = 4;
    private static final int LINE_END = 5;
    private static final int SIGN = 6;
    private static final int LATIN = 7;
    private static final int ALPHABET = 8;
    private static final int INDIC = 9;
    private static final int KANA = 10;
    private static final int HAN = 11;
    private static final int HANGUL = 12;
    private static final int SYMBOL = 13;
    private static final int ASTRAL = 14;

    private static final Scripts LARGE_VOCABULARY = new Scripts(950, 500, 300, 385, 840, 820, 730, 830, 2_000);

    /** Weights of the public tokenizers, also for APIs whose tokenizer is not known. */
    public static final TokenWeights PUBLIC = new TokenWeights(
            LARGE_VOCABULARY,
            new Structure(
                    3_000, 4_000, 12_000, 0, 0, 5_000, 3_000, 10_000, 0, 80, 765_000, 300_000, 1_000_000, 300_000,
                    5_000),
            model -> 100);
    /** Cost of a class after another one, by {@code before << 4 | now}. */
    final int[] pairs;

    /** Cost of an ASCII character after another one, by {@code now << 8 | before}. */
    final short[] ascii;

    public final Structure structure;
    private final Scripts scripts;
    private final ToIntFunction<@Nullable String> percent;

    /** Costs of non-ASCII characters by script. */
    public record Scripts(
            int latin,
            int firstOfWord,
            int alphabet,
            int indic,
            int kana,
            int han,
            int hangul,
            int symbol,
            int astral) {}

    /**
     * Costs of structure and media, in thousandths of a token.
     *
     * @param prompt per prompt
     * @param message per message or input item
     * @param tools once if there are tools
     * @param tool per tool
     * @param node per key, value and container of a schema or of JSON arguments
     * @param call per tool call in the prompt
     * @param result per tool result
     * @param format output format with a schema
     * @param thinking enabled thinking
     * @param sealed per byte of encrypted content
     * @param image per image
     * @param audio per audio input
     * @param file per file or document
     * @param hosted per provider-hosted tool, except tool search; excludes the results of the tool
     * @param called per tool call in a response
     */
    public record Structure(
            long prompt,
            long message,
            long tools,
            long tool,
            long node,
            long call,
            long result,
            long format,
            long thinking,
            long sealed,
            long image,
            long audio,
            long file,
            long hosted,
            long called) {}

    /**
     * Creates weights.
     *
     * @param percent the scale of a model's text tokens in percent
     */
    public TokenWeights(Scripts scripts, Structure structure, ToIntFunction<@Nullable String> percent) {
        this.pairs = pairs(scripts);
        this.ascii = ascii(pairs);
        this.scripts = scripts;
        this.structure = structure;
        this.percent = percent;
    }

    /** Returns the same weights of text with another structure. */
    public TokenWeights with(Structure other) {
        return new TokenWeights(scripts, other, percent);
    }

    /** Returns the scale of a model's text tokens in percent; null for an unknown model. */
    public int percent(@Nullable String model) {
        return percent.applyAsInt(model);
    }

    /** Returns the class of a UTF-16 code unit; a low surrogate counts as a continuation. */
    static int classOf(char unit) {
        if (unit < 0x80) {
            return CLASSES[unit];
        }
        if (Character.isSurrogate(unit)) {
            return Character.isHighSurrogate(unit) ? ASTRAL : CONTINUATION;
        }
        return CLASSES[unit < 0x800 ? 0xc0 | unit >> 6 : 0xe0 | unit >> 12];
    }

    private static byte[] classes() {
        byte[] classes = new byte[256];
        Arrays.fill(classes, (byte) SIGN);
        Arrays.fill(classes, 'a', 'z' + 1, (byte) SMALL);
        Arrays.fill(classes, 'A', 'Z' + 1, (byte) CAPITAL);
        Arrays.fill(classes, '0', '9' + 1, (byte) DIGIT);
        Arrays.fill(classes, 0x80, 0xc0, (byte) CONTINUATION);
        Arrays.fill(classes, 0xc0, 0xc3, (byte) SYMBOL);
        Arrays.fill(classes, 0xc3, 0xcb, (byte) LATIN);
        Arrays.fill(classes, 0xcb, 0xe0, (byte) ALPHABET);
        Arrays.fill(classes, 0xe0, 0x100, (byte) SYMBOL);
        classes[0xe0] = INDIC;
        classes[0xe1] = LATIN; // mostly Vietnamese
        classes[0xe3] = KANA;
        Arrays.fill(classes, 0xe4, 0xea, (byte) HAN);
        Arrays.fill(classes, 0xea, 0xee, (byte) HANGUL);
        Arrays.fill(classes, 0xf0, 0x100, (byte) ASTRAL);
        classes[' '] = SPACE;
        classes['\t'] = SPACE;
        classes['\n'] = LINE_END;
        classes['\r'] = LINE_END;
        return classes;
    }

    private static short[] ascii(int[] pairs) {
        short[] ascii = new short[0x8000];
        for (int i = 0; i < ascii.length; i++) {
            int before = i & 0xff;
            ascii[i] = before < 0x80 ? (short) pairs[CLASSES[before] << 4 | CLASSES[i >> 8]] : 0;
        }
        return ascii;
    }

    private static int[] pairs(Scripts scripts) {
        int[] pairs = new int[256];
        for (int before = START; before < CONTINUATION; before++) {
            int row = before << 4;
            boolean inWord = before == SMALL || before == CAPITAL || before == LATIN;
            pairs[row | SMALL] = inWord ? 64 : 820;
            pairs[row | CAPITAL] = before == CAPITAL ? 190 : 820;
            pairs[row | DIGIT] = before == DIGIT ? 270 : 1_400;
            pairs[row | SPACE] = before == LINE_END ? 630 : before == SPACE ? 20 : 0;
            pairs[row | LINE_END] = before == LINE_END ? 50 : 420;
            pairs[row | SIGN] = before == SIGN ? 200 : 760;
            pairs[row | LATIN] = inWord ? scripts.latin : 820;
            pairs[row | ALPHABET] = before == ALPHABET ? scripts.alphabet : scripts.firstOfWord;
            pairs[row | INDIC] = scripts.indic;
            pairs[row | KANA] = scripts.kana;
            pairs[row | HAN] = scripts.han;
            pairs[row | HANGUL] = scripts.hangul;
            pairs[row | SYMBOL] = scripts.symbol;
            pairs[row | ASTRAL] = scripts.astral;
        }
        return pairs;
    }
}
