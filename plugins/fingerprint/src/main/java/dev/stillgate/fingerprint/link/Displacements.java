package dev.stillgate.fingerprint.link;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.Displacement;
import dev.stillgate.fingerprint.stats.SharedRate;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Conversations that one account began without an answer and another account began next, as when an actor gives a refused job
 * to his next account. A trial is an unanswered first turn with a text that no account began before. It is displaced if exactly
 * one other account begins the text within {@value #WINDOW} seconds, with an answer, and the first account never has one:
 * who asks for himself asks again, and a text of many is begun by several.
 *
 * <p>The share of an account's trials that are displaced is compared with that of known customers ({@link SharedRate}). The
 * ratio is an e-value; accounts are selected by e-BH, which holds whatever the dependence between accounts (R. Wang and
 * A. Ramdas, "False discovery rate control with e-values", 2022). Not thread-safe.
 */
public final class Displacements {
    /** Seconds within which the other account begins: SDKs repeat a refused request within half a minute. */
    static final int WINDOW = 300;

    /** Number of texts, and of displaced conversations, that are remembered. */
    static final int MOST = 1 << 16;

    /** Expected share of honest accounts among the selected ones, as odds 1 to 100. */
    private static final double FALSE_DISCOVERIES = 0.01;

    /** Number of displaced conversations in which each account of a group takes part: one may be a coincidence. */
    private static final int COMMON = 2;

    /** Least number of accounts of a group: two may be keys of one customer. */
    private static final int LEAST_ACCOUNTS = 3;

    private static final int NONE = -1;

    /** Texts by keyed hash, those that were begun first at first. */
    private final LinkedHashMap<Long, Text> texts = new LinkedHashMap<>();

    /** Trials that are not decided yet, the earliest first. */
    private final Deque<Text> undecided = new ArrayDeque<>();

    private final Deque<Moved> moved = new ArrayDeque<>();

    /** Number of trials of each account. */
    private final Map<Integer, Integer> trials = new TreeMap<>();

    /** Displaced conversation, with account indexes. */
    private record Moved(int from, int to) {
        private boolean isOf(Set<Integer> accounts) {
            return accounts.contains(from) || accounts.contains(to);
        }
    }

    /** A text with the account that began it first and the one that began it next. */
    private static final class Text {
        private final int first;
        private int second;
        private boolean answered;
        private int other = NONE;
        private boolean otherAnswered;
        private boolean isOfSeveral;
        private boolean isTrial = true;

        private Text(int first, int second) {
            this.first = first;
            this.second = second;
        }

        private void add(int account, int at, boolean isAnswered) {
            if (account == first) {
                second = Math.min(second, at);
                answered |= isAnswered;
            } else if (at < second) {
                isTrial = false; // observed late: the text was known
            } else if (at <= second + WINDOW) {
                isOfSeveral |= other != NONE && other != account;
                other = account;
                otherAnswered |= isAnswered;
            }
        }

        private boolean isDisplaced() {
            return !answered && otherAnswered && !isOfSeveral;
        }
    }

    /** Records the first turn of a conversation. Later turns and texts of a few words have no effect. */
    public void observe(int account, Observation seen, PromptFeatures prompt) {
        int now = (int) (seen.start / 1000);
        while (!undecided.isEmpty() && undecided.getFirst().second + 2 * WINDOW < now) {
            decide(undecided.removeFirst());
        }
        if (prompt.assistantTurns > 0 || prompt.sketch[0] == 0) {
            return;
        }
        Text text = texts.get(hash(prompt));
        if (text != null) {
            text.add(account, now, seen.answered);
            return;
        }
        text = new Text(account, now);
        texts.put(hash(prompt), text);
        if (!seen.answered) {
            undecided.add(text);
        }
        if (texts.size() > MOST) {
            forgetEldest();
        }
    }

    private void forgetEldest() {
        Iterator<Text> all = texts.values().iterator();
        Text eldest = all.next();
        all.remove();
        if (eldest.equals(undecided.peekFirst())) {
            undecided.removeFirst();
        }
    }

    /** Returns a hash of the masked text's sketch, which is keyed, and of the system prompt. */
    private static long hash(PromptFeatures prompt) {
        long hash = prompt.system;
        for (int value : prompt.sketch) {
            hash = (hash ^ value) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    private void decide(Text text) {
        if (text.isTrial) {
            trials.merge(text.first, 1, Integer::sum);
            if (text.isDisplaced()) {
                moved.add(new Moved(text.first, text.other));
            }
            if (moved.size() > MOST) {
                moved.removeFirst();
            }
        }
    }

    /**
     * Returns the groups with their evidence; none while known customers have too few trials.
     *
     * @param isLinkable whether an account may be in a group
     */
    public List<LinkedGroup> groups(Population population, IntPredicate isLinkable) {
        double honest = honestShare(population);
        if (honest >= 1) {
            return List.of();
        }
        List<Moved> between = moved.stream()
                .filter(each -> isLinkable.test(each.from) && isLinkable.test(each.to))
                .toList();
        long tested = trials.keySet().stream().filter(isLinkable::test).count();
        Set<Integer> selected = selected(honest, between, tested);
        Map<Integer, Integer> parts = new HashMap<>();
        List<Moved> edges =
                between.stream().filter(each -> selected.contains(each.from)).toList();
        for (Moved each : edges) {
            parts.merge(each.from, 1, Integer::sum);
            parts.merge(each.to, 1, Integer::sum);
        }
        parts.values().removeIf(count -> count < COMMON);
        Components components = new Components();
        edges.stream()
                .filter(each -> parts.containsKey(each.from) && parts.containsKey(each.to))
                .forEach(each -> components.link(each.from, each.to));
        return components.ofAtLeast(LEAST_ACCOUNTS).stream()
                .map(Displacements::group)
                .toList();
    }

    private static LinkedGroup group(List<Integer> accounts) {
        double weight = -Math.log10(FALSE_DISCOVERIES);
        return new LinkedGroup(
                accounts.stream().mapToInt(Integer::intValue).toArray(),
                new Link(LinkKind.BOUNDED, Displacement.NAME, accounts.size(), weight, FALSE_DISCOVERIES),
                false);
    }

    /** Returns an upper bound of the displaced share of trials of known customers. */
    private double honestShare(Population population) {
        int known = trials.entrySet().stream()
                .filter(each -> population.isReference().test(each.getKey()))
                .mapToInt(Map.Entry::getValue)
                .sum();
        long displaced = moved.stream()
                .filter(each -> population.isReference().test(each.from) && !isOfOne(each, population))
                .count();
        return SharedRate.bound((int) displaced, known);
    }

    private static boolean isOfOne(Moved each, Population population) {
        int organisation = population.organisation().applyAsInt(each.from);
        return organisation != 0 && organisation == population.organisation().applyAsInt(each.to);
    }

    /** Returns the accounts whose conversations are displaced more often than those of known customers. */
    private Set<Integer> selected(double honest, List<Moved> between, long tested) {
        Map<Integer, Integer> displaced = new TreeMap<>();
        between.forEach(each -> displaced.merge(each.from, 1, Integer::sum));
        TreeMap<Double, Set<Integer>> ranked = new TreeMap<>(Comparator.reverseOrder());
        displaced.forEach((account, count) -> {
            int others = Math.max(0, trials.getOrDefault(account, 0) - count);
            double evidence = SharedRate.evidence(honest, count, others);
            ranked.computeIfAbsent(evidence, absent -> new HashSet<>()).add(account);
        });
        Set<Integer> selected = new HashSet<>();
        Set<Integer> first = new HashSet<>();
        ranked.forEach((evidence, accounts) -> {
            first.addAll(accounts);
            if (evidence >= Math.log10(tested / (FALSE_DISCOVERIES * first.size()))) {
                selected.addAll(first);
            }
        });
        return selected;
    }

    /** Returns the number of texts that are remembered or not decided yet. */
    int remembered() {
        return texts.size() + undecided.size();
    }

    /** Forgets accounts whose indexes may be reused. */
    public void forget(int... accounts) {
        Set<Integer> removed = new HashSet<>();
        for (int account : accounts) {
            removed.add(account);
        }
        trials.keySet().removeAll(removed);
        moved.removeIf(each -> each.isOf(removed));
        undecided.removeIf(text -> removed.contains(text.first) || removed.contains(text.other));
        texts.values().removeIf(text -> removed.contains(text.first) || removed.contains(text.other));
    }
}
