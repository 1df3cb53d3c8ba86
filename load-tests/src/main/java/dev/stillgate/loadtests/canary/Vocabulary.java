package dev.stillgate.loadtests.canary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokenizer and vocabulary of a corpus. A token is a word, a punctuation mark or a line end, including the space before
 * it, so that a text is the concatenation of its tokens. Number 0 separates texts. Thread-safe.
 */
final class Vocabulary {
    static final int BETWEEN = 0;
    private static final Pattern TOKEN =
            Pattern.compile("\n| ?[\\p{L}\\p{N}]+(?:['’-][\\p{L}\\p{N}]+)*| ?[^\\s\\p{L}\\p{N}]");

    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    /** Builds the vocabulary of texts, the most frequent tokens first. */
    Vocabulary(List<String> texts) {
        Map<String, Integer> counts = new HashMap<>();
        texts.forEach(text -> TOKEN.matcher(text).results().forEach(t -> counts.merge(t.group(), 1, Integer::sum)));
        List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
        sorted.sort(Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())));
        words.add("");
        for (Map.Entry<String, Integer> entry : sorted) {
            numbers.put(entry.getKey(), words.size());
            words.add(entry.getKey());
        }
    }

    String word(int number) {
        return words.get(number);
    }

    /** Returns the number of a word of the texts. */
    private int number(String word) {
        return Objects.requireNonNull(numbers.get(word), word);
    }

    /** Returns the tokens of all texts with {@link #BETWEEN} before, between and after them. */
    int[] encode(List<String> texts) {
        int[] tokens = new int[1 << 16];
        int size = 1;
        for (String text : texts) {
            Matcher matcher = TOKEN.matcher(text);
            boolean more = true;
            while (more) {
                if (size == tokens.length) {
                    tokens = Arrays.copyOf(tokens, size * 2);
                }
                more = matcher.find();
                tokens[size++] = more ? number(matcher.group()) : BETWEEN;
            }
        }
        return Arrays.copyOf(tokens, size);
    }
}
