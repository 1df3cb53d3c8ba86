package dev.stillgate.canary.text.prompt;

import dev.stillgate.canary.text.word.PhraseTrie;
import dev.stillgate.canary.text.word.WordReader;
import dev.stillgate.canary.text.word.WordTrie;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Detects prompts that fix the wording of the answer: verse, word counts, proofreading, recitals, contracts. Such
 * answers are not marked, because a changed word could be an error. Matches common English phrases and a few of other
 * languages, and errs towards finding a constraint: a prompt that merely mentions a poem counts. Immutable and
 * thread-safe.
 */
public final class WordingConstraints {
    /** Limit on the characters read of one text: half from its beginning, half from its end. */
    public static final int MAX_CHARS = 1 << 16;

    /** Limit on the characters read of one conversation; longer ones count as constrained. */
    public static final int MAX_CONVERSATION_CHARS = 1 << 18;

    /** Kinds of constraints. */
    public enum Kind {
        /** Poems, songs, rhymes, plays. */
        VERSE,
        /** Numbers of words, letters or sentences. */
        LENGTH,
        /** Correction of grammar and spelling, and language lessons. */
        CORRECTION,
        /** Translation. */
        TRANSLATION,
        /** Text to be repeated unchanged, and recitals of known texts. */
        VERBATIM,
        /** Words or letters to use or to avoid. */
        WORDS,
        /** Another writer's style. */
        STYLE,
        /** Machine-readable output. */
        FORMAT,
        /** Contracts, licences and policies, where "may" and "must" are rights and duties. */
        LAW,
        /** Doses of medicines, and instructions for taking them. */
        MEDICINE,
        /** The conversation exceeds the limit. */
        UNREAD
    }

    private static final WordingConstraints ALL = new WordingConstraints();
    private static final int MAX_MATCHES = 64;
    private static final int GAP = 4;

    private final WordTrie words = new WordTrie();
    private final PhraseTrie phrases = new PhraseTrie();
    /** The kind of the phrase that ends at each state, null where none ends. */
    private final List<@Nullable Kind> ends = new ArrayList<>();
    /** States after which up to {@link #GAP} words may be skipped. */
    private final BitSet gaps = new BitSet();

    private WordingConstraints() {
        ends.add(null);
        ConstraintPhrases.ALL.forEach((kind, lines) -> lines.forEach(line -> add(kind, line)));
        words.build();
        phrases.build(words.size());
    }

    private void add(Kind kind, String phrase) {
        int state = PhraseTrie.START;
        for (String word : phrase.split(" ", -1)) {
            if (word.equals("*")) {
                gaps.set(state);
                continue;
            }
            state = phrases.add(state, words.add(word.toLowerCase(Locale.ROOT)));
            if (state == ends.size()) {
                ends.add(null);
            }
        }
        ends.set(state, kind);
    }

    /** Returns the constraint in a single message, or null if there is none. */
    public static @Nullable Kind of(CharSequence message) {
        return new Conversation().read(message);
    }

    /** The texts of one conversation. Allocates nothing after construction. Not thread-safe. */
    public static final class Conversation {
        private final PartialMatches matches = ALL.new PartialMatches();
        private int left = MAX_CONVERSATION_CHARS;

        /** Returns the constraint in a text of the conversation, or null if there is none. */
        public @Nullable Kind read(CharSequence text) {
            int length = text.length();
            int chars = Math.min(length, MAX_CHARS);
            if (chars > left) {
                return Kind.UNREAD;
            }
            left -= chars;
            if (chars == length) {
                return ALL.find(matches, text, 0, length);
            }
            Kind first = ALL.find(matches, text, 0, MAX_CHARS / 2);
            return first != null ? first : ALL.find(matches, text, length - MAX_CHARS / 2, length);
        }
    }

    private @Nullable Kind find(PartialMatches matches, CharSequence message, int from, int to) {
        matches.count = 0;
        int node = WordTrie.ROOT;
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
                node = words.step(inside ? node : WordTrie.ROOT, c);
                digits = (digits || !inside) && c >= '0' && c <= '9';
                inside = true;
            } else if (inside) {
                inside = false;
                Kind kind = matches.word(digits ? WordTrie.NUMBER : words.word(node));
                if (kind != null) {
                    return kind;
                }
            }
            if (c == '\n') {
                matches.count = 0;
            }
        }
        return null;
    }

    /** Set of partially matched phrases (simulation of a nondeterministic automaton). */
    private final class PartialMatches {
        private final int[] states = new int[MAX_MATCHES];
        private final int[] gapsLeft = new int[MAX_MATCHES];
        private final int[] nextStates = new int[MAX_MATCHES];
        private final int[] nextGaps = new int[MAX_MATCHES];
        private int count;

        @Nullable
        Kind word(int id) {
            int next = 0;
            Kind found = null;
            for (int t = 0; t <= count && next < MAX_MATCHES - 1; t++) {
                int state = t == count ? PhraseTrie.START : states[t];
                int to = phrases.step(state, id);
                if (to != PhraseTrie.NONE) {
                    found = found == null ? ends.get(to) : found;
                    nextStates[next] = to;
                    nextGaps[next++] = GAP;
                }
                if (state != PhraseTrie.START && gaps.get(state) && gapsLeft[t] > 0) {
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
