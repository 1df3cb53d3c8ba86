package dev.stillgate.fingerprint.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds what a text asks for: a phrase of each group of a rule, near each other. It remembers where each group was seen
 * last, so it is one step a word however many rules there are. Code is passed over; quotes are not, for they may hold
 * the very template.
 */
final class ElicitationFinder {
    /** How far each kind of entry goes: what it adds to its place. */
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

    /** Returns a bit for each thing that a text asks for. */
    int read(Words words, Spans spans) {
        Arrays.fill(seen, NEVER);
        int found = 0;
        int state = PhraseAutomaton.START;
        int before = 0;
        for (int k = 0; k < words.knownCount; k++) {
            int i = words.known[k];
            int position = words.place[i];
            int gap = position - before - WEIGHT[words.kind[i]];
            before = position;
            state = automaton.next(gap == 0 ? state : PhraseAutomaton.START, words.number[i]);
            if (state != PhraseAutomaton.START && spans.cover[i] != Spans.CODE) {
                found |= phrases(state, position);
            }
        }
        return found;
    }

    /** Notes the groups of all phrases that end in a state and returns the bits of the rules that are now complete. */
    private int phrases(int state, int position) {
        int found = 0;
        int to = automaton.outputFrom(state + 1);
        for (int out = automaton.outputFrom(state); out < to; out++) {
            found |= phrase(automaton.output(out), position);
        }
        return found;
    }

    /** Notes a phrase of a group and returns the bits of the rules that are now complete. */
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
