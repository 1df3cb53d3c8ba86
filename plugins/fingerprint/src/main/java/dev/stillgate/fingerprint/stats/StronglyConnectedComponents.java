package dev.stillgate.fingerprint.stats;

/**
 * Finds the strongly connected components of a directed graph: R. Tarjan, "Depth-first search and linear graph
 * algorithms", 1972, with a stack of its own in the place of recursion.
 */
public final class StronglyConnectedComponents {
    private final int[] starts;
    private final int[] targets;
    private final int[] order;
    private final int[] low;
    private final int[] found;
    private final int[] open;
    private final int[] path;
    private final int[] edge;
    private int opened;
    private int depth;
    private int visited;
    private int count;

    /**
     * A graph.
     *
     * @param starts where the edges of every node begin in {@code targets}, and the end of the last one's
     */
    public StronglyConnectedComponents(int[] starts, int[] targets) {
        int nodes = starts.length - 1;
        this.starts = starts;
        this.targets = targets;
        order = new int[nodes];
        low = new int[nodes];
        found = new int[nodes];
        open = new int[nodes];
        path = new int[nodes];
        edge = starts.clone();
    }

    /** Returns the number of every node's component, from 1, 0 for nodes that are components by themselves. */
    public int[] find() {
        for (int root = 0; root < order.length; root++) {
            if (order[root] == 0 && starts[root] < starts[root + 1]) {
                enter(root);
                while (depth > 0) {
                    step();
                }
            }
        }
        for (int node = 0; node < found.length; node++) {
            found[node] = Math.max(0, found[node]);
        }
        return found;
    }

    private void enter(int node) {
        order[node] = ++visited;
        low[node] = visited;
        open[opened++] = node;
        path[depth++] = node;
    }

    private void step() {
        int node = path[depth - 1];
        if (edge[node] < starts[node + 1]) {
            int target = targets[edge[node]++];
            if (order[target] == 0) {
                enter(target);
            } else if (found[target] == 0) {
                low[node] = Math.min(low[node], order[target]);
            }
            return;
        }
        depth--;
        if (depth > 0) {
            low[path[depth - 1]] = Math.min(low[path[depth - 1]], low[node]);
        }
        if (low[node] == order[node]) {
            close(node);
        }
    }

    /** Takes a component from the stack; one of a single node gets -1, which says that it is done. */
    private void close(int root) {
        int number = open[opened - 1] == root ? -1 : ++count;
        int node;
        do {
            node = open[--opened];
            found[node] = number;
        } while (node != root);
    }
}
