package dev.stillgate.proxy.dialect.anthropic;

import dev.stillgate.proxy.dialect.tokens.TokenWeights;

/**
 * Token weights of Anthropic, whose tokenizer is not published: the scripts were fitted to {@code cl100k_base}, structure
 * and scale to the usage in recorded exchanges, then adjusted by hand. Models from Claude Opus 4.7 on have another
 * tokenizer and therefore another scale.
 */
public final class AnthropicWeights {
    public static final TokenWeights ALL = new TokenWeights(
            new TokenWeights.Scripts(1_700, 900, 500, 1_140, 1_070, 1_250, 1_300, 830, 2_900),
            new TokenWeights.Structure(
                    6_000, 2_000, 430_000, 0, 1_300, 22_000, 22_000, 110_000, 25_000, 150, 1_200_000, 300_000,
                    2_000_000, 1_800_000, 33_000),
            model -> model == null || isFirstTokenizer(model) ? 112 : 150);

    private AnthropicWeights() {}

    /** Returns whether a model is older than Claude Opus 4.7, by the generation and minor version in its name. */
    private static boolean isFirstTokenizer(String given) {
        String model = bareName(given);
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

    /** Returns the name of a model without what clouds add: a region and maker before it, a date after {@code @}. */
    private static String bareName(String model) {
        int name = model.lastIndexOf("anthropic.claude-");
        String bare = name < 0 ? model : model.substring(name + "anthropic.".length());
        return bare.replace('@', '-');
    }
}
