package dev.stillgate.fingerprint.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/**
 * Finds all phrases in a sequence of word numbers in one pass (Aho and Corasick, Communications of the ACM 18(6),
 * 1975). The edges of the start state are an array, since most words begin no phrase; all other edges share one hash
 * table.
 */
final class PhraseAutomaton {
    /** Initial state. */
    static final int START = 0;

    private final int symbols;
    private final int[] first;
    private final int[] edges;
    private final int[] targets;
    private final int[] fallback;
    private final int[] outputAt;
    private final int[] outputs;

    /**
     * Builds the automaton.
     *
     * @param symbols one more than the largest number in any phrase
     * @param phrases non-empty phrases
     * @param output value for each phrase, such as its group
     */
    PhraseAutomaton(int symbols, List<int[]> phrases, List<Integer> output) {
        this.symbols = symbols;
        Trie trie = new Trie(symbols);
        for (int p = 0; p < phrases.size(); p++) {
            trie.add(phrases.get(p), output.get(p));
        }
        trie.link();
        first = new int[symbols];
        int capacity = Integer.highestOneBit(Math.max(8, trie.size())) << 2;
        edges = new int[capacity];
        targets = new int[capacity];
        fallback = new int[trie.size()];
        outputAt = new int[trie.size() + 1];
        List<Integer> all = new ArrayList<>();
        for (int s = 0; s < trie.size(); s++) {
            Trie.Node node = trie.nodes.get(s);
            fallback[s] = node.fallback;
            all.addAll(node.outputs);
            outputAt[s + 1] = all.size();
            if (s != START) {
                edge(node.parent, node.symbol, s);
            }
        }
        outputs = all.stream().mapToInt(Integer::intValue).toArray();
    }

    private void edge(int from, int symbol, int to) {
        if (from == START) {
            first[symbol] = to;
            return;
        }
        int key = Math.addExact(Math.multiplyExact(from, symbols), symbol);
        int slot = slot(key);
        while (targets[slot] != 0) {
            slot = (slot + 1) & (edges.length - 1);
        }
        edges[slot] = key;
        targets[slot] = to;
    }

    private int slot(int key) {
        return (key * 0x9e3779b9) >>> Integer.numberOfLeadingZeros(edges.length - 1);
    }

    /** Returns the next state. */
    int next(int state, int symbol) {
        int s = state;
        while (s != START) {
            int key = s * symbols + symbol;
            int slot = slot(key);
            while (targets[slot] != 0) {
                if (edges[slot] == key) {
                    return targets[slot];
                }
                slot = (slot + 1) & (edges.length - 1);
            }
            s = fallback[s];
        }
        return first[symbol];
    }

    /** Returns the index of a state's first output; its last one precedes the first one of the next state. */
    int outputFrom(int state) {
        return outputAt[state];
    }

    int output(int index) {
        return outputs[index];
    }

    /** Trie of the phrases, used to build the automaton. */
    private static final class Trie {
        private final int symbols;
        private final List<Node> nodes = new ArrayList<>();

        private Trie(int symbols) {
            this.symbols = symbols;
            nodes.add(new Node(START, 0));
        }

        private int size() {
            return nodes.size();
        }

        private void add(int[] phrase, int output) {
            int state = START;
            for (int symbol : phrase) {
                if (symbol <= 0 || symbol >= symbols) {
                    throw new IllegalArgumentException("symbol out of range: " + symbol);
                }
                int to = child(state, symbol);
                if (to == START) {
                    to = nodes.size();
                    nodes.add(new Node(state, symbol));
                    nodes.get(state).children.add(to);
                }
                state = to;
            }
            nodes.get(state).addOutput(output);
        }

        private int child(int state, int symbol) {
            for (int child : nodes.get(state).children) {
                if (nodes.get(child).symbol == symbol) {
                    return child;
                }
            }
            return START;
        }

        /** Sets the fallback of each state in breadth-first order, and inherits its outputs. */
        private void link() {
            Queue<Integer> queue = new ArrayDeque<>(nodes.get(START).children);
            while (!queue.isEmpty()) {
                int state = queue.remove();
                Node node = nodes.get(state);
                queue.addAll(node.children);
                if (node.parent != START) {
                    int back = nodes.get(node.parent).fallback;
                    while (back != START && child(back, node.symbol) == START) {
                        back = nodes.get(back).fallback;
                    }
                    node.fallback = child(back, node.symbol);
                }
                nodes.get(node.fallback).outputs.forEach(node::addOutput);
            }
        }

        private static final class Node {
            private final int parent;
            private final int symbol;
            private final List<Integer> children = new ArrayList<>();
            private final List<Integer> outputs = new ArrayList<>();
            private int fallback;

            private Node(int parent, int symbol) {
                this.parent = parent;
                this.symbol = symbol;
            }

            private void addOutput(int output) {
                if (!outputs.contains(output)) {
                    outputs.add(output);
                }
            }
        }
    }

    @Override
    public String toString() {
        return fallback.length + " states, "
                + Arrays.stream(targets).filter(t -> t != 0).count() + " inner edges";
    }
}
