package dev.stillgate.fingerprint.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the {@link Elicitation}s of a text by rules: a rule matches if a phrase of each of its groups occurs within a
 * window of words. Only the last position of each group is kept, so a text is read in one pass. Code is skipped; quotes
 * are not, since they may hold the template. Not thread-safe.
 */
final class ElicitationFinder {
    /** Number of positions that an entry takes, by kind. */
    private static final int[] WEIGHT = {2, 1, 2, 2, 0};

    private static final int NEVER = Integer.MIN_VALUE / 2;

    private final PhraseAutomaton automaton;
    private final int[] seen;
    private final int[][] rulesOf;
    private final int[][] groupsOf;
    private final int[] within;
    private final int[] bit;

    ElicitationFinder(Lexicon lexicon, Phrases phrases) {
        automaton = lexicon.automaton();
        List<Phrases.Rule> rules = phrases.rules();
        seen = new int[lexicon.groups().size()];
        groupsOf = new int[rules.size()][];
        within = new int[rules.size()];
        bit = new int[rules.size()];
        List<List<Integer>> byGroup = new ArrayList<>();
        for (int g = 0; g < seen.length; g++) {
            byGroup.add(new ArrayList<>());
        }
        for (int r = 0; r < rules.size(); r++) {
            Phrases.Rule rule = rules.get(r);
            groupsOf[r] =
                    rule.groups().stream().mapToInt(lexicon.groups()::indexOf).toArray();
            within[r] = 2 * rule.within();
            bit[r] = rule.asksFor().bit();
            for (int g : groupsOf[r]) {
                byGroup.get(g).add(r);
            }
        }
        rulesOf = byGroup.stream()
                .map(of -> of.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }

    /** Returns the bits of the elicitations that a text asks for. */
    int read(Words words, Spans spans) {
        Arrays.fill(seen, NEVER);
        int found = 0;
        int state = PhraseAutomaton.START;
        int before = 0;
        for (int k = 0; k < words.knownCount; k++) {
            int i = words.known[k];
            int position = words.position[i];
            int gap = position - before - WEIGHT[words.kind[i]];
            before = position;
            state = automaton.next(gap == 0 ? state : PhraseAutomaton.START, words.number[i]);
            if (state != PhraseAutomaton.START && spans.cover[i] != Spans.CODE) {
                found |= phrases(state, position);
            }
        }
        return found;
    }

    /** Records the groups of all phrases that end in a state, and returns the bits of the rules completed by them. */
    private int phrases(int state, int position) {
        int found = 0;
        int to = automaton.outputFrom(state + 1);
        for (int out = automaton.outputFrom(state); out < to; out++) {
            found |= phrase(automaton.output(out), position);
        }
        return found;
    }

    /** Records a phrase of a group, and returns the bits of the rules completed by it. */
    private int phrase(int group, int position) {
        seen[group] = position;
        int found = 0;
        for (int rule : rulesOf[group]) {
            if (complete(rule, position)) {
                found |= bit[rule];
            }
        }
        return found;
    }

    private boolean complete(int rule, int position) {
        for (int group : groupsOf[rule]) {
            if (position - seen[group] > within[rule]) {
                return false;
            }
        }
        return true;
    }
}
