package dev.stillgate.canary.text.prompt;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import dev.stillgate.canary.text.word.PhraseTrie;
import dev.stillgate.canary.text.word.WordReader;
import dev.stillgate.canary.text.word.WordTrie;
import org.jspecify.annotations.Nullable;

/**
 * Whether a prompt ties down the wording of its answer: verse, a number of words, proofreading, a text to be recited, a
 * contract. Such answers are not marked, since there a changed word can be a mistake. The usual phrases of English are known,
 * and the commonest ones of some other languages. In doubt an answer is tied: a message that merely mentions a poem ties its
 * answer too. Immutable and thread-safe.
 */
public final class WordingConstraints {
    /** The most chars of one text that are read: its beginning and its end, half of them each. */
    public static final int MOST_CHARS = 1 << 16;

    /** The most chars of one conversation that are read; a longer conversation is tied. */
    public static final int MOST_IN_ALL = 1 << 18;

    /** What ties the wording. */
    public enum Kind {
        /** Poems, songs, rhymes, plays. */
        VERSE,
        /** Numbers of words, letters, sentences. */
        LENGTH,
        /** Correction of grammar and spelling, and lessons in it. */
        CORRECTION,
        /** Translation. */
        TRANSLATION,
        /** Text that is to come back as it is, and recitals of known texts. */
        VERBATIM,
        /** Words or letters that are to be used or to be avoided. */
        WORDS,
        /** Another writer's manner. */
        STYLE,
        /** Output for machines. */
        FORMAT,
        /** Contracts, licences, policies: texts in which "may" and "must" are rights and duties. */
        LAW,
        /** Doses, and instructions for taking medicines. */
        MEDICINE,
        /** The conversation is longer than what is read of it. */
        UNREAD
    }

    private static final WordingConstraints ALL = new WordingConstraints();
    private static final int MOST_THREADS = 64;
    private static final int GAP = 4;

    private final WordTrie words = new WordTrie();
    private final PhraseTrie phrases = new PhraseTrie();
    /** What the phrase that ends at a state ties, null where none ends. */
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

    /** Returns what ties the wording of the answer to a single message, null for nothing. */
    public static @Nullable Kind of(CharSequence message) {
        return new Conversation().read(message);
    }

    /** The texts of one conversation. Allocates nothing after its constructor. Not thread-safe. */
    public static final class Conversation {
        private final Scan scan = ALL.new Scan();
        private int left = MOST_IN_ALL;

        /** Returns what a text of the conversation ties, null for nothing. */
        public @Nullable Kind read(CharSequence text) {
            int length = text.length();
            int chars = Math.min(length, MOST_CHARS);
            if (chars > left) {
                return Kind.UNREAD;
            }
            left -= chars;
            if (chars == length) {
                return ALL.find(scan, text, 0, length);
            }
            Kind first = ALL.find(scan, text, 0, MOST_CHARS / 2);
            return first != null ? first : ALL.find(scan, text, length - MOST_CHARS / 2, length);
        }
    }

    private @Nullable Kind find(Scan scan, CharSequence message, int from, int to) {
        scan.count = 0;
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
                Kind kind = scan.word(digits ? WordTrie.NUMBER : words.word(node));
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
