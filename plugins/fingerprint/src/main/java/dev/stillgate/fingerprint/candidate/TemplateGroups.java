package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.space.Cohort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Groups templates with mostly the same users (union-find over pairs). An actor with several templates rotates them
 * over all accounts.
 */
final class TemplateGroups {
    /** Least Jaccard index of the users of two templates. */
    private static final double MIN_OVERLAP = 0.5;

    /** Largest group; larger ones are the common vocabulary of a trade. */
    private static final int MAX_TEMPLATES = 12;

    private final List<Cohort> templates;
    private final int[] parent;

    private TemplateGroups(List<Cohort> templates) {
        this.templates = templates;
        parent = new int[templates.size()];
        for (int t = 0; t < parent.length; t++) {
            parent[t] = t;
        }
    }

    /** Returns the groups of two or more templates. */
    static List<List<Cohort>> of(List<Cohort> templates) {
        TemplateGroups unionFind = new TemplateGroups(templates);
        unionFind.unite();
        Map<Integer, List<Cohort>> groups = new TreeMap<>();
        for (int t = 0; t < templates.size(); t++) {
            groups.computeIfAbsent(unionFind.parent(t), absent -> new ArrayList<>())
                    .add(templates.get(t));
        }
        return groups.values().stream()
                .filter(set -> set.size() > 1 && set.size() <= MAX_TEMPLATES)
                .toList();
    }

    private void unite() {
        Map<Integer, List<Integer>> templatesByRow = new HashMap<>();
        Map<Long, Integer> sharedUsers = new TreeMap<>();
        for (int t = 0; t < templates.size(); t++) {
            for (int row : templates.get(t).members()) {
                List<Integer> others = templatesByRow.computeIfAbsent(row, absent -> new ArrayList<>(2));
                for (int other : others) {
                    sharedUsers.merge((long) other << Integer.SIZE | t, 1, Integer::sum);
                }
                others.add(t);
            }
        }
        sharedUsers.forEach((pair, count) -> {
            int a = (int) (pair >>> Integer.SIZE);
            int b = (int) (long) pair;
            int either = templates.get(a).members().length + templates.get(b).members().length - count;
            if (count >= MIN_OVERLAP * either) {
                parent[Math.max(parent(a), parent(b))] = Math.min(parent(a), parent(b));
            }
        });
    }

    private int parent(int template) {
        int at = template;
        while (parent[at] != at) {
            at = parent[at];
        }
        return at;
    }
}
