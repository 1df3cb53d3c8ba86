package dev.stillgate.canary.text.word;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words that a table speaks of, as a trie over lower-case letters, so that a word that streams by is followed by one
 * step in an array for each letter. A word that is none of them has left the trie before its end, mostly after two or
 * three letters.
 */
public final class WordTrie {
    /** The number of every word that is not of the vocabulary. */
    public static final int UNKNOWN = 0;
    /** The number of {@link #NUMBER_WORD}. */
    public static final int NUMBER = 1;
    /** What stands for a number in lists of words. */
    public static final String NUMBER_WORD = "#";
    /** The node before the first letter. */
    public static final int ROOT = 1;
    /** The node outside of the trie. */
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
    /** For each node its first word and the one after its last, in the order of the trie. */
    private int[] from = new int[0];

    private int[] to = new int[0];
    /** The place of each word in the order of the trie. */
    private int[] places = new int[0];

    public WordTrie() {
        for (char c = 'a'; c <= 'z'; c++) {
            letters[c] = letters[c - 'a' + 'A'] = (byte) width++;
        }
        letters['\''] = letters['’'] = (byte) width++;
        letters['-'] = (byte) width++;
        add(NUMBER_WORD);
    }

    /** Adds a word, in lower case; returns its number. To be followed by {@link #build}. */
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

    /** Makes the trie of all words that were added. */
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

    /** Numbers the words below a node from {@code place} on; returns the next place. */
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

    /** Returns whether a word that has come to a node may end as the given one. */
    boolean mayBecome(int node, int id) {
        return from[node] <= places[id] && places[id] < to[node];
    }

    /** Returns whether a word that has come to a node may end as one of these, given by their places. */
    boolean mayBecomeAny(int node, BitSet wanted) {
        int first = wanted.nextSetBit(from[node]);
        return first >= 0 && first < to[node];
    }

    /** Returns the place of a word in the order of the trie. */
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

    /** Notes that a form begins with a word. */
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

    /** Returns whether the first word of a form may still come of this node. */
    boolean startsForm(int node) {
        return flags[node] != 0;
    }

    /** Returns the same for forms of classes that may open a text. */
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
