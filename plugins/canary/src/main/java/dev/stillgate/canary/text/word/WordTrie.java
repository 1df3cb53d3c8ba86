package dev.stillgate.canary.text.word;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Vocabulary of a table as a trie over lower-case letters: a streamed word advances by one array look-up per letter,
 * and other words leave the trie after two or three letters.
 */
public final class WordTrie {
    /** The number of every word outside the vocabulary. */
    public static final int UNKNOWN = 0;
    /** The number of {@link #NUMBER_WORD}. */
    public static final int NUMBER = 1;
    /** The entry that stands for numbers in lists of words. */
    public static final String NUMBER_WORD = "#";
    /** The node before the first letter. */
    public static final int ROOT = 1;
    /** The node of words outside the trie. */
    static final int DEAD = 0;

    private static final int STARTS_FORM = 1;
    private static final int STARTS_OPENING = 2;

    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String> words = new ArrayList<>(List.of(""));
    private final byte[] letters = new byte[1 << 16];
    private int width = 1;
    private int[] next = new int[0];
    private int[] wordAt = new int[0];
    private byte[] flags = new byte[0];
    private int nodes = 2;
    /** For each node the range of words below it, in trie order. */
    private int[] from = new int[0];

    private int[] to = new int[0];
    /** The rank of each word in trie order. */
    private int[] places = new int[0];

    public WordTrie() {
        for (char c = 'a'; c <= 'z'; c++) {
            letters[c] = letters[c - 'a' + 'A'] = (byte) width++;
        }
        letters['\''] = letters['’'] = (byte) width++;
        letters['-'] = (byte) width++;
        add(NUMBER_WORD);
    }

    /** Adds a lower-case word and returns its number. {@link #build} must follow the last call. */
    public int add(String word) {
        Integer known = ids.get(word);
        if (known != null) {
            return known;
        }
        int id = words.size();
        words.add(word);
        ids.put(word, id);
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (letters[c] == 0) {
                if (width == Byte.MAX_VALUE) {
                    throw new IllegalArgumentException("more than 100 different letters");
                }
                letters[c] = letters[Character.toUpperCase(c)] = (byte) width++;
            }
        }
        return id;
    }

    /** Builds the trie. */
    public void build() {
        for (int id = 1; id < words.size(); id++) {
            int node = ROOT;
            grow(node);
            for (int i = 0; i < words.get(id).length(); i++) {
                int at = node * width + letters[words.get(id).charAt(i)];
                if (next[at] == DEAD) {
                    next[at] = nodes++;
                }
                node = next[at];
                grow(node);
            }
            wordAt[node] = id;
        }
        from = new int[nodes];
        to = new int[nodes];
        places = new int[words.size()];
        order(ROOT, 0);
    }

    /** Ranks the words below a node from {@code place} on and returns the next rank. */
    private int order(int node, int place) {
        int next = place;
        from[node] = place;
        if (wordAt[node] != UNKNOWN) {
            places[wordAt[node]] = next++;
        }
        for (int letter = 1; letter < width; letter++) {
            int below = this.next[node * width + letter];
            if (below != DEAD) {
                next = order(below, next);
            }
        }
        to[node] = next;
        return next;
    }

    /** Returns whether a word at a node may still become the given one. */
    boolean mayBecome(int node, int id) {
        return from[node] <= places[id] && places[id] < to[node];
    }

    /** Returns whether a word at a node may still become one of these, given by rank. */
    boolean mayBecomeAny(int node, BitSet wanted) {
        int first = wanted.nextSetBit(from[node]);
        return first >= 0 && first < to[node];
    }

    /** Returns the rank of a word in trie order. */
    public int place(int id) {
        return places[id];
    }

    private void grow(int node) {
        if ((node + 1) * width > next.length) {
            int room = Math.max(64, 2 * node + 2);
            next = Arrays.copyOf(next, room * width);
            wordAt = Arrays.copyOf(wordAt, room);
            flags = Arrays.copyOf(flags, room);
        }
    }

    /**
     * Marks a word as the first of a form.
     *
     * @param opening whether the form's class may open a text
     */
    public void startsForm(int id, boolean opening) {
        int node = ROOT;
        String word = words.get(id);
        for (int i = 0; i <= word.length(); i++) {
            flags[node] |= (byte) (STARTS_FORM | (opening ? STARTS_OPENING : 0));
            if (i < word.length()) {
                node = step(node, word.charAt(i));
            }
        }
    }

    public int step(int node, char c) {
        return next[node * width + letters[c]];
    }

    /** Returns the number of the word that ends at a node. */
    public int word(int node) {
        return wordAt[node];
    }

    /** Returns whether a word at this node may still become the first of a form. */
    boolean startsForm(int node) {
        return flags[node] != 0;
    }

    /** Returns whether a word at this node may still become the first of a form that may open a text. */
    boolean startsOpening(int node) {
        return (flags[node] & STARTS_OPENING) != 0;
    }

    public int size() {
        return words.size();
    }

    public int length(int id) {
        return words.get(id).length();
    }
}
