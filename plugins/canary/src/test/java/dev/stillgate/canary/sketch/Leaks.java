package dev.stillgate.canary.sketch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Makes leaked texts from served ones, as an editor of a data set would. */
final class Leaks {
    private Leaks() {}

    /** Returns the text up to the first end of a sentence after a number of words; null if it is shorter. */
    static String upTo(String text, int words) {
        int seen = 0;
        for (int i = 1; i < text.length(); i++) {
            seen += Character.isWhitespace(text.charAt(i)) && !Character.isWhitespace(text.charAt(i - 1)) ? 1 : 0;
            if (seen >= words && Character.isWhitespace(text.charAt(i)) && ".!?".indexOf(text.charAt(i - 1)) >= 0) {
                return text.substring(0, i);
            }
        }
        return null;
    }

    /** Returns the text in lower case, without Markdown, and without each sentence with probability one half. */
    static String half(String text, Random random) {
        StringBuilder kept = new StringBuilder();
        for (String sentence : sentences(stripped(text))) {
            if (random.nextBoolean()) {
                kept.append(sentence).append(' ');
            }
        }
        return kept.toString().toLowerCase(Locale.ROOT);
    }

    /** Returns the text without Markdown. */
    static String stripped(String text) {
        return text.replaceAll("!?\\[([^\\]\n]*)\\]\\([^)\n]*\\)", "$1")
                .replaceAll("(?m)^\\s*(?:#{1,6}|[-*+>]|\\d{1,3}[.)])\\s+", "")
                .replaceAll("```\\w*", "")
                .replaceAll("[*_`|]", "");
    }

    private static List<String> sentences(String text) {
        List<String> sentences = new ArrayList<>();
        for (String sentence : text.split("(?<=[.!?])\\s+|\\n+")) {
            if (!sentence.isBlank()) {
                sentences.add(sentence.strip());
            }
        }
        return sentences;
    }

    /** Returns a text of made-up sentences, some 12 words each, in which no two sentences share six words. */
    static String unlike(long seed, int sentences) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentences; i++) {
            for (int j = 0; j < 12; j++) {
                text.append(j == 0 ? "Word" : "word")
                        .append(random.nextInt(5_000))
                        .append(j == 11 ? ". " : " ");
            }
        }
        return text.toString();
    }
}
