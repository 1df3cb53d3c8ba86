package dev.stillgate.fingerprint.stats;

/**
 * Strongly connected components of a directed graph, without recursion (R. Tarjan, "Depth-first search and linear graph
 * algorithms", 1972).
 */
public final class StronglyConnectedComponents {
    private final int[] starts;
    private final int[] targets;
    private final int[] order;
    private final int[] low;
    private final int[] component;
    private final int[] stack;
    private final int[] path;
    private final int[] edge;
    private int stackSize;
    private int depth;
    private int visited;
    private int count;

    /**
     * Takes a graph in compressed sparse row form.
     *
     * @param starts index of the first edge of each node in {@code targets}, followed by the number of edges
     * @param targets target node of each edge
     */
    public StronglyConnectedComponents(int[] starts, int[] targets) {
        int nodes = starts.length - 1;
        this.starts = starts;
        this.targets = targets;
        order = new int[nodes];
        low = new int[nodes];
        component = new int[nodes];
        stack = new int[nodes];
        path = new int[nodes];
        edge = starts.clone();
    }

    /** Returns the component of each node, numbered from 1; 0 for a component of one node. */
    public int[] find() {
        for (int root = 0; root < order.length; root++) {
            if (order[root] == 0 && starts[root] < starts[root + 1]) {
                enter(root);
                while (depth > 0) {
                    step();
                }
            }
        }
        for (int node = 0; node < component.length; node++) {
            component[node] = Math.max(0, component[node]);
        }
        return component;
    }

    private void enter(int node) {
        order[node] = ++visited;
        low[node] = visited;
        stack[stackSize++] = node;
        path[depth++] = node;
    }

    private void step() {
        int node = path[depth - 1];
        if (edge[node] < starts[node + 1]) {
            int target = targets[edge[node]++];
            if (order[target] == 0) {
                enter(target);
            } else if (component[target] == 0) {
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

    /** Pops a component from the stack. A component of one node is marked by -1. */
    private void close(int root) {
        int number = stack[stackSize - 1] == root ? -1 : ++count;
        int node;
        do {
            node = stack[--stackSize];
            component[node] = number;
        } while (node != root);
    }
}
