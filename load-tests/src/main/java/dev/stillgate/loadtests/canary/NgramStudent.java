package dev.stillgate.loadtests.canary;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Interpolated n-gram model with absolute discounting (H. Ney, U. Essen, R. Kneser, 1994) on a suffix array. A word is
 * drawn from a random occurrence of the longest context with probability (count - discount) / count, else from a
 * shorter context. Thread-safe.
 */
public final class NgramStudent {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double DISCOUNT = 0.25;

    private final Vocabulary vocabulary;
    private final int order;
    private final int[] tokens;
    /** Positions sorted by the tokens that begin there. */
    private final int[] sorted;

    /** Trains a model with contexts of up to {@code order} - 1 words. */
    NgramStudent(List<String> texts, int order) {
        this.order = order;
        vocabulary = new Vocabulary(texts);
        tokens = vocabulary.encode(texts);
        Integer[] positions = new Integer[tokens.length - 1];
        java.util.Arrays.setAll(positions, i -> i);
        java.util.Arrays.sort(positions, this::compare);
        sorted = java.util.Arrays.stream(positions).mapToInt(i -> i).toArray();
    }

    /**
     * Trains a model on the texts of a file and writes texts of the model to another; both have JSON lines.
     *
     * @param count the number of texts to write
     */
    public static void write(Path training, Path out, int count, long seed) throws IOException {
        List<String> texts = new ArrayList<>();
        for (String line : Files.readAllLines(training)) {
            texts.add(JSON.readTree(line).path("text").asText());
        }
        NgramStudent student = new NgramStudent(texts, Students.ORDER);
        List<String> lines = new ArrayList<>();
        for (String text : student.answers(new SplittableRandom(seed), count, Students.ANSWER_TOKENS)) {
            lines.add(JSON.writeValueAsString(Map.of("text", text)));
        }
        Files.write(out, lines);
    }

    private int compare(int a, int b) {
        for (int i = 0; i < order; i++) {
            int left = token(a + i);
            int right = token(b + i);
            if (left != right) {
                return Integer.compare(left, right);
            }
        }
        return Integer.compare(a, b);
    }

    private int token(int position) {
        return position < tokens.length ? tokens[position] : Vocabulary.BETWEEN;
    }

    /** Generates texts of at most {@code tokens} tokens. */
    List<String> answers(RandomGenerator random, int count, int tokens) {
        return Stream.generate(() -> answer(random, tokens)).limit(count).toList();
    }

    private String answer(RandomGenerator random, int maxTokens) {
        StringBuilder text = new StringBuilder();
        int[] context = new int[order - 1];
        int known = 1;
        context[0] = Vocabulary.BETWEEN;
        for (int i = 0; i < maxTokens; i++) {
            int next = draw(context, known, random);
            text.append(next == Vocabulary.BETWEEN ? "\n\n" : vocabulary.word(next));
            if (next == Vocabulary.BETWEEN) {
                known = 0;
            }
            if (known == context.length) {
                System.arraycopy(context, 1, context, 0, known - 1);
                context[known - 1] = next;
            } else {
                context[known++] = next;
            }
        }
        return text.toString();
    }

    private int draw(int[] context, int known, RandomGenerator random) {
        for (int length = known; length > 0; length--) {
            int from = bound(context, known - length, length, false);
            int to = bound(context, known - length, length, true);
            if (from == to) {
                continue;
            }
            int next = token(sorted[random.nextInt(from, to)] + length);
            int[] longer = java.util.Arrays.copyOfRange(context, known - length, known + 1);
            longer[length] = next;
            int count = bound(longer, 0, length + 1, true) - bound(longer, 0, length + 1, false);
            if (random.nextDouble() * count >= DISCOUNT) {
                return next;
            }
        }
        return tokens[random.nextInt(1, tokens.length)];
    }

    /** Returns the first index whose tokens are not less than the words, or greater if {@code above}. */
    private int bound(int[] words, int offset, int length, boolean above) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = 0;
            for (int i = 0; i < length && order == 0; i++) {
                order = Integer.compare(token(sorted[middle] + i), words[offset + i]);
            }
            if (order < 0 || (above && order == 0)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
