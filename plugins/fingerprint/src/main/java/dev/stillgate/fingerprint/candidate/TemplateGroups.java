package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.space.Cohort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds the templates that the same accounts use: an actor turns several about, and gives each account all of them. */
final class TemplateGroups {
    /** The share of their users that two templates must have in common. */
    private static final double SAME = 0.5;

    /** The most templates of a set; what has more is the vocabulary of a trade. */
    private static final int MOST = 12;

    private final List<Cohort> templates;
    private final int[] first;

    private TemplateGroups(List<Cohort> templates) {
        this.templates = templates;
        first = new int[templates.size()];
        for (int t = 0; t < first.length; t++) {
            first[t] = t;
        }
    }

    /** Returns the sets of two templates or more. */
    static List<List<Cohort>> of(List<Cohort> templates) {
        TemplateGroups sets = new TemplateGroups(templates);
        sets.join();
        Map<Integer, List<Cohort>> found = new TreeMap<>();
        for (int t = 0; t < templates.size(); t++) {
            found.computeIfAbsent(sets.first(t), absent -> new ArrayList<>()).add(templates.get(t));
        }
        return found.values().stream()
                .filter(set -> set.size() > 1 && set.size() <= MOST)
                .toList();
    }

    private void join() {
        Map<Integer, List<Integer>> used = new HashMap<>();
        Map<Long, Integer> both = new TreeMap<>();
        for (int t = 0; t < templates.size(); t++) {
            for (int row : templates.get(t).members()) {
                List<Integer> others = used.computeIfAbsent(row, absent -> new ArrayList<>(2));
                for (int other : others) {
                    both.merge((long) other << Integer.SIZE | t, 1, Integer::sum);
                }
                others.add(t);
            }
        }
        both.forEach((pair, count) -> {
            int a = (int) (pair >>> Integer.SIZE);
            int b = (int) (long) pair;
            int either = templates.get(a).members().length + templates.get(b).members().length - count;
            if (count >= SAME * either) {
                first[Math.max(first(a), first(b))] = Math.min(first(a), first(b));
            }
        });
    }

    private int first(int template) {
        int at = template;
        while (first[at] != at) {
            at = first[at];
        }
        return at;
    }
}
