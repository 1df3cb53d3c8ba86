package dev.stillgate.fingerprint.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Groups of accounts that are linked to each other, directly or by others: a disjoint-set forest. Not thread-safe. */
public final class Components {
    private final Map<Integer, Integer> parents = new TreeMap<>();

    /** Links two accounts. */
    public void link(int a, int b) {
        parents.put(root(a), root(b));
    }

    /** Returns the representative of an account's group, to which the account is added. */
    private int root(int account) {
        int root = account;
        for (int parent = parents.computeIfAbsent(root, own -> own); parent != root; parent = parents.get(root)) {
            root = parent;
        }
        parents.put(account, root);
        return root;
    }

    /** Returns the groups of at least some number of accounts. */
    public List<List<Integer>> ofAtLeast(int least) {
        Map<Integer, List<Integer>> groups = new TreeMap<>();
        for (int account : List.copyOf(parents.keySet())) {
            groups.computeIfAbsent(root(account), absent -> new ArrayList<>()).add(account);
        }
        groups.values().removeIf(group -> group.size() < least);
        return List.copyOf(groups.values());
    }
}
