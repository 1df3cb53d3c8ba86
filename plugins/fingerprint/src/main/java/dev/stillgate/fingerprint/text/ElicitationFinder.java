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
        int position = 0;
        for (int i = 0; i < words.count; i++) {
            byte kind = words.kind[i];
            int number = words.number[i];
            if (spans.cover[i] == Spans.CODE || (kind == Words.MARK && number == Lexicon.UNKNOWN)) {
                continue;
            }
            position += kind == Words.MARK ? 0 : kind == Words.LONE ? 1 : 2;
            if (number == Lexicon.UNKNOWN) {
                state = PhraseAutomaton.START;
                continue;
            }
            state = automaton.next(state, number);
            int from = automaton.outputFrom(state);
            int to = automaton.outputFrom(state + 1);
            for (int out = from; out < to; out++) {
                found |= phrase(automaton.output(out), position);
            }
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
