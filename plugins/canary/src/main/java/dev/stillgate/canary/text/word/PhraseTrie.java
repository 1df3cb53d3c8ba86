package dev.stillgate.canary.text.word;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Trie of phrases over the words of a {@link WordTrie}: one state for every prefix of a phrase. Immutable and
 * thread-safe once built.
 */
public final class PhraseTrie {
    /** The state before the first word of a phrase. */
    public static final int START = 0;

    /** No phrase continues with the word. */
    public static final int NONE = -1;

    private final List<Map<Integer, Integer>> edges = new ArrayList<>(List.of(new HashMap<>()));
    /** The state after a first word, by word. */
    private int[] first = new int[0];
    /** For each state its next words, each followed by the state after it. */
    private int[][] rows = new int[0][];

    /** Returns the state after a word, added when it is new. {@link #build} must follow the last call. */
    public int add(int state, int word) {
        return edges.get(state).computeIfAbsent(word, any -> {
            edges.add(new HashMap<>());
            return edges.size() - 1;
        });
    }

    /**
     * Builds the arrays that {@link #step} reads.
     *
     * @param words size of the vocabulary
     */
    public void build(int words) {
        first = new int[words];
        Arrays.fill(first, NONE);
        edges.getFirst().forEach((word, state) -> first[word] = state);
        rows = edges.stream().map(PhraseTrie::row).toArray(int[][]::new);
    }

    private static int[] row(Map<Integer, Integer> edges) {
        int[] row = new int[2 * edges.size()];
        int i = 0;
        for (var edge : edges.entrySet()) {
            row[i++] = edge.getKey();
            row[i++] = edge.getValue();
        }
        return row;
    }

    /** Returns the state after one more word, {@link #NONE} if no phrase continues with it. */
    public int step(int state, int word) {
        if (state == START) {
            return first[word];
        }
        int[] row = rows[state];
        for (int i = 0; i < row.length; i += 2) {
            if (row[i] == word) {
                return row[i + 1];
            }
        }
        return NONE;
    }

    /** Returns whether a phrase may continue after a state with the word being read, or with any word if none is. */
    public boolean mayGoOn(int state, WordReader word) {
        int[] row = rows[state];
        if (!word.inside()) {
            return row.length > 0;
        }
        for (int i = 0; i < row.length; i += 2) {
            if (word.mayBecome(row[i])) {
                return true;
            }
        }
        return false;
    }
}
