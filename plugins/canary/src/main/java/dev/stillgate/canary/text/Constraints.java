package dev.stillgate.canary.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of a caller's newest message whether it ties down the wording of the answer: verse, a number of words, proofreading,
 * a text to be repeated. Such answers are not marked, since there a changed word can be a mistake. Knows the usual ways to
 * ask for it in English, and the commonest ones in some other languages. Errs towards not marking: a message that merely
 * mentions a poem ties its answer too. Immutable; safe for any thread.
 */
public final class Constraints {
    /** The most chars of a message that are looked at: its beginning and its end, half of them each. */
    public static final int MOST_CHARS = 1 << 16;

    /** What ties the wording. */
    public enum Kind {
        /** Poems, songs, rhymes, plays. */
        VERSE,
        /** Numbers of words, letters, sentences. */
        LENGTH,
        /** Correction of grammar and spelling, and questions about it. */
        CORRECTION,
        /** Translation. */
        TRANSLATION,
        /** Text that is to come back as it is. */
        VERBATIM,
        /** Words or letters that are to be used or to be avoided. */
        WORDS,
        /** Another writer's manner. */
        STYLE,
        /** Output for machines. */
        FORMAT
    }

    private static final Constraints ALL = new Constraints();
    private static final int MOST_THREADS = 64;
    private static final int GAP = 4;

    private final Vocabulary words = new Vocabulary();
    private final int number = words.add(Vocabulary.NUMBER_WORD);
    private final List<Map<Integer, Integer>> edges = new ArrayList<>(List.of(new HashMap<>()));
    private final List<Boolean> gaps = new ArrayList<>(List.of(false));
    private final List<@Nullable Kind> ends = new ArrayList<>();

    private Constraints() {
        ends.add(null);
        ConstraintPhrases.ALL.forEach((kind, phrases) -> phrases.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .forEach(line -> add(kind, line)));
        words.build();
    }

    private void add(Kind kind, String phrase) {
        int state = 0;
        for (String word : phrase.split(" ", -1)) {
            if (word.equals("*")) {
                gaps.set(state, true);
                continue;
            }
            int id = words.add(word.toLowerCase(Locale.ROOT));
            Integer next = edges.get(state).get(id);
            if (next == null) {
                next = edges.size();
                edges.get(state).put(id, next);
                edges.add(new HashMap<>());
                gaps.add(false);
                ends.add(null);
            }
            state = next;
        }
        ends.set(state, kind);
    }

    /** Returns what ties the wording of the answer to a message, null for nothing. */
    public static @Nullable Kind of(CharSequence message) {
        int length = message.length();
        if (length <= MOST_CHARS) {
            return ALL.find(message, 0, length);
        }
        Kind first = ALL.find(message, 0, MOST_CHARS / 2);
        return first != null ? first : ALL.find(message, length - MOST_CHARS / 2, length);
    }

    private @Nullable Kind find(CharSequence message, int from, int to) {
        Scan scan = new Scan();
        int node = Vocabulary.ROOT;
        boolean digits = true;
        boolean inside = false;
        for (int i = from; i <= to; i++) {
            char c = i < to ? message.charAt(i) : ' ';
            Kind unspaced = ConstraintPhrases.unspaced(message, i, to, c);
            if (unspaced != null) {
                return unspaced;
            }
            boolean letter = WordReader.starts(c) || (inside && (c == '\'' || c == '’'));
            if (letter) {
                node = words.step(inside ? node : Vocabulary.ROOT, c);
                digits = (digits || !inside) && c >= '0' && c <= '9';
                inside = true;
            } else if (inside) {
                inside = false;
                Kind kind = scan.word(digits ? number : words.word(node));
                if (kind != null) {
                    return kind;
                }
            }
            if (c == '\n') {
                scan.count = 0;
            }
        }
        return null;
    }

    /** Phrases that have begun. */
    private final class Scan {
        private final int[] states = new int[MOST_THREADS];
        private final int[] gapsLeft = new int[MOST_THREADS];
        private final int[] nextStates = new int[MOST_THREADS];
        private final int[] nextGaps = new int[MOST_THREADS];
        private int count;

        @Nullable
        Kind word(int id) {
            int next = 0;
            Kind found = null;
            for (int t = 0; t <= count && next < MOST_THREADS - 1; t++) {
                int state = t == count ? 0 : states[t];
                Integer to = edges.get(state).get(id);
                if (to != null) {
                    found = found == null ? ends.get(to) : found;
                    nextStates[next] = to;
                    nextGaps[next++] = GAP;
                }
                if (state != 0 && gaps.get(state) && gapsLeft[t] > 0) {
                    nextStates[next] = state;
                    nextGaps[next++] = gapsLeft[t] - 1;
                }
            }
            System.arraycopy(nextStates, 0, states, 0, next);
            System.arraycopy(nextGaps, 0, gapsLeft, 0, next);
            count = next;
            return found;
        }
    }
}
