package dev.stillgate.loadtests.canary;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.stream.IntStream;

/**
 * Tokens of parts of words, learnt by byte-pair encoding (R. Sennrich, B. Haddow, A. Birch, 2016): bytes of UTF-8 at
 * first, then the most frequent pair of neighbours within a {@link Vocabulary#TOKEN} becomes a token, again and again.
 * Token {@link Vocabulary#BETWEEN} separates texts. Not thread-safe.
 */
final class Subwords {
    private static final int FIRST_BYTE = 1;
    private static final int BYTES = 256;

    /** A word of the corpus. */
    private static final class Word {
        int[] tokens;
        final int count;

        Word(int[] tokens, int count) {
            this.tokens = tokens;
            this.count = count;
        }
    }

    /** Two tokens that are neighbours. */
    private record Pair(int left, int right) {}

    /** Bytes of each token. */
    private final List<byte[]> bytes = new ArrayList<>();

    private final Map<Pair, Integer> merged = new HashMap<>();
    private final Map<String, int[]> encoded = new HashMap<>();

    /** Learns at most a number of tokens, at least 257. */
    Subwords(List<String> texts, int most) {
        bytes.add("\n\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < BYTES; i++) {
            bytes.add(new byte[] {(byte) i});
        }
        Map<String, Integer> counts = new HashMap<>();
        texts.forEach(text -> words(text).forEach(word -> counts.merge(word, 1, Integer::sum)));
        List<Word> words = counts.entrySet().stream()
                .map(entry -> new Word(spelt(entry.getKey()), entry.getValue()))
                .toList();
        Map<Pair, Integer> pairs = new HashMap<>();
        words.forEach(word -> count(word, pairs, 1));
        while (bytes.size() < most && !pairs.isEmpty()) {
            learn(words, pairs);
        }
    }

    private static List<String> words(String text) {
        return Vocabulary.TOKEN.matcher(text).results().map(MatchResult::group).toList();
    }

    private static int[] spelt(String word) {
        byte[] letters = word.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, letters.length)
                .map(i -> FIRST_BYTE + Byte.toUnsignedInt(letters[i]))
                .toArray();
    }

    private static void count(Word word, Map<Pair, Integer> pairs, int sign) {
        for (int i = 0; i + 1 < word.tokens.length; i++) {
            pairs.merge(
                    new Pair(word.tokens[i], word.tokens[i + 1]),
                    sign * word.count,
                    (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    private void learn(List<Word> words, Map<Pair, Integer> pairs) {
        Pair best = pairs.entrySet().stream()
                .max(Map.Entry.<Pair, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(
                                Comparator.comparingInt(Pair::left).thenComparingInt(Pair::right))))
                .orElseThrow()
                .getKey();
        merged.put(best, bytes.size());
        for (Word word : words) {
            int[] shorter = merge(word.tokens, best, bytes.size());
            if (shorter.length < word.tokens.length) {
                count(word, pairs, -1);
                word.tokens = shorter;
                count(word, pairs, 1);
            }
        }
        byte[] left = bytes.get(best.left);
        byte[] right = bytes.get(best.right);
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        bytes.add(both);
    }

    private static int[] merge(int[] tokens, Pair pair, int token) {
        int[] shorter = new int[tokens.length];
        int size = 0;
        for (int i = 0; i < tokens.length; i++) {
            boolean found = tokens[i] == pair.left && i + 1 < tokens.length && tokens[i + 1] == pair.right;
            shorter[size++] = found ? token : tokens[i];
            i += found ? 1 : 0;
        }
        return Arrays.copyOf(shorter, size);
    }

    int size() {
        return bytes.size();
    }

    /** Returns the tokens of all texts with {@link Vocabulary#BETWEEN} before, between and after them. */
    int[] encode(List<String> texts) {
        IntStream.Builder tokens = IntStream.builder().add(Vocabulary.BETWEEN);
        for (String text : texts) {
            for (String word : words(text)) {
                for (int token : encoded.computeIfAbsent(word, this::encode)) {
                    tokens.add(token);
                }
            }
            tokens.add(Vocabulary.BETWEEN);
        }
        return tokens.build().toArray();
    }

    private int[] encode(String word) {
        int[] tokens = spelt(word);
        while (true) {
            int[] current = tokens;
            Pair earliest = IntStream.range(1, tokens.length)
                    .mapToObj(i -> new Pair(current[i - 1], current[i]))
                    .filter(merged::containsKey)
                    .min(Comparator.comparing(merged::get))
                    .orElse(null);
            if (earliest == null) {
                return tokens;
            }
            tokens = merge(tokens, earliest, Objects.requireNonNull(merged.get(earliest)));
        }
    }

    /** Returns the text of tokens, with an empty line for {@link Vocabulary#BETWEEN}. */
    String decode(int[] tokens) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int token : tokens) {
            text.writeBytes(bytes.get(token));
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
