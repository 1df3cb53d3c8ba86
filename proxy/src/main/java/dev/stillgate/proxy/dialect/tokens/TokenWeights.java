package dev.stillgate.proxy.dialect.tokens;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What text and structure cost in a provider's tokens, in thousandths: a linear model over classes of characters, fitted
 * so that a gateway can reserve before the provider has counted.
 *
 * <p>Method. A character costs by its class and that of the one before it: the first letter of a word (after anything
 * but a letter, or a capital after a small letter) starts a token, further letters add a little, digits come in threes,
 * spaces join the word that follows, and scripts other than Latin cost by the character. The weights were fitted with
 * non-negative least squares to the counts of jtokkit 1.1.0, {@code o200k_base} for OpenAI and, for the scripts of
 * Anthropic, whose tokenizer is not published, {@code cl100k_base}: on the even ones of 17,534 pieces (5.2 MB of chats,
 * code, tool schemas and agent logs; English, German, Chinese) and on texts of our own in 21 languages, then rounded.
 * On the 4,768 odd ones of 30 tokens or more, from the same
 * sources, the ratio of estimate to count is 1.00 in the median, 0.91 and 1.07 at the
 * tenth and ninetieth percentile; by kind, code 0.97 to 1.00, tool schemas 0.99, Chinese 1.13, German news 0.85. Other
 * languages, of a text each: 0.7 (Polish) to 1.4 (Vietnamese).
 *
 * <p>The scale of Anthropic's text, and what structure costs, were fitted to the usage in 922 recorded exchanges,
 * without those with media, tools of the provider's own or content that the provider keeps, and then adjusted by hand
 * with all of them in view. In sample, then, the ratio is in median (and tenth and ninetieth percentile) 1.01 (0.83,
 * 1.38) for Messages, 1.00 (0.64, 1.10) for Chat Completions and 1.00 (0.67, 1.15) for Responses; over all exchanges,
 * 0.97 (0.41, 1.40), 1.00 (0.60, 1.29) and 1.00 (0.23, 1.33). {@code RecordedEstimatesTest} measures it. What is far off
 * among the first are prompts of a few words with a tool, which cost 80 tokens more with some models than with others.
 *
 * <p>Two kinds of models of Anthropic are told apart, since those from Claude Opus 4.7 on have another tokenizer, which
 * makes about a third more of the same text; that scale rests on one long recording and few short ones. Scripts other
 * than Latin were not recorded with Anthropic. Media cost by the piece: an image what one of a megapixel costs, a file
 * one page, a sound half a minute. They are not looked into, and what they hold is not text.
 */
public final class TokenWeights {
    static final int START = 0;
    static final int CONTINUATION = 15;

    /** The class of every byte; of a character of several bytes, that of its first. */
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

    public static final TokenWeights OPENAI = new TokenWeights(
            new Scripts(950, 500, 300, 385, 840, 820, 730, 830, 2_000),
            new Structure(
                    3_000, 4_000, 12_000, 0, 0, 5_000, 3_000, 10_000, 0, 80, 765_000, 300_000, 1_000_000, 300_000,
                    5_000),
            Provider.OPENAI);
    public static final TokenWeights ANTHROPIC = new TokenWeights(
            new Scripts(1_700, 900, 500, 1_140, 1_070, 1_250, 1_300, 830, 2_900),
            new Structure(
                    6_000, 2_000, 430_000, 0, 1_300, 22_000, 22_000, 110_000, 25_000, 150, 1_200_000, 300_000,
                    2_000_000, 1_800_000, 33_000),
            Provider.ANTHROPIC);

    /** What a class costs after another, by {@code before << 4 | now}. */
    final int[] pairs;

    /** What a character of ASCII costs after another, by {@code now << 8 | before}. */
    final short[] ascii;

    public final Structure structure;
    private final Provider provider;

    /** Letters and characters beyond ASCII: what each costs. */
    private record Scripts(
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
     * What is no text.
     *
     * @param prompt every prompt
     * @param message each message or input item
     * @param tools that there are tools
     * @param tool each tool
     * @param node each key, value and container of a schema, or of arguments that are JSON
     * @param call each call of a tool in the prompt
     * @param result each result of one
     * @param format an output format with a schema
     * @param thinking that thinking is enabled
     * @param sealed each byte of encrypted content
     * @param image each image
     * @param audio each piece of sound
     * @param file each file or document
     * @param hosted each tool of the provider's own, less those that search for tools; what they find is not foreseen
     * @param called each call of a tool in an answer
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

    private TokenWeights(Scripts scripts, Structure structure, Provider provider) {
        this.pairs = pairs(scripts);
        this.ascii = ascii(pairs);
        this.structure = structure;
        this.provider = provider;
    }

    /** Returns the weights for answers to an operation. */
    public static TokenWeights of(Operation operation) {
        return switch (operation) {
            case MESSAGES, COUNT_TOKENS, MESSAGE_BATCH, MESSAGE_BATCH_RESULTS -> ANTHROPIC;
            default -> OPENAI;
        };
    }

    /** Returns the scale of a model's tokens. */
    int percent(@Nullable String model) {
        if (provider == Provider.OPENAI) {
            return 100;
        }
        return model == null || isFirstTokenizer(model) ? 112 : 150;
    }

    /** Returns whether a model of Anthropic is older than Claude Opus 4.7: by generation, or by {@code -4-} and a minor. */
    private static boolean isFirstTokenizer(String model) {
        if (!model.startsWith("claude-") || model.length() == 7) {
            return true;
        }
        int four = model.indexOf("-4");
        if (four < 0) {
            return model.startsWith("claude-instant") || "0123".indexOf(model.charAt(7)) >= 0;
        }
        int minor = four + 3;
        boolean oneDigit =
                minor + 1 == model.length() || (minor + 1 < model.length() && model.charAt(minor + 1) == '-');
        return minor >= model.length() || !oneDigit || model.charAt(minor) < '7';
    }

    /** Returns the class of a UTF-16 unit; the second of a pair adds nothing. */
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
        classes[0xe1] = LATIN; // Vietnamese, for the most part
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
