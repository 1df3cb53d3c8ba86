package dev.stillgate.loadtests.canary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a corpus as numbers. A token is a word, a sign or a line end, with the space before it, so that texts are their
 * tokens joined. 0 stands between texts, 1 for what is too rare to be known.
 */
final class Vocabulary {
    static final int BETWEEN = 0;
    static final int UNKNOWN = 1;
    private static final Pattern TOKEN =
            Pattern.compile("\n| ?[\\p{L}\\p{N}]+(?:['’-][\\p{L}\\p{N}]+)*| ?[^\\s\\p{L}\\p{N}]");

    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    /** Knows the most frequent tokens of some texts. */
    Vocabulary(List<String> texts, int most) {
        Map<String, Integer> counts = new HashMap<>();
        texts.forEach(text -> TOKEN.matcher(text).results().forEach(t -> counts.merge(t.group(), 1, Integer::sum)));
        List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
        sorted.sort(Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())));
        words.add("");
        words.add("");
        for (Map.Entry<String, Integer> entry : sorted) {
            if (words.size() < most) {
                numbers.put(entry.getKey(), words.size());
                words.add(entry.getKey());
            }
        }
    }

    int size() {
        return words.size();
    }

    String word(int number) {
        return words.get(number);
    }

    /** Returns the tokens of all texts, {@link #BETWEEN} before, between and after them. */
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
                tokens[size++] = more ? numbers.getOrDefault(matcher.group(), UNKNOWN) : BETWEEN;
            }
        }
        return Arrays.copyOf(tokens, size);
    }
}
