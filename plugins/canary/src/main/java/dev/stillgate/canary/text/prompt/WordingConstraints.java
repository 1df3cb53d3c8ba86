package dev.stillgate.canary.text.prompt;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.WordClass;
import dev.stillgate.canary.text.word.PhraseTrie;
import dev.stillgate.canary.text.word.WordReader;
import dev.stillgate.canary.text.word.WordTrie;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Detects prompts that fix the wording of the response: verse, word counts, proofreading, recitals, contracts. Such
 * answers are not marked, because a changed word could be an error. Matches phrases of English and of other languages.
 *
 * <p>User messages are matched with a long list that errs towards finding a constraint, and with the forms of a class
 * table: a prompt that sets the two forms of a pair side by side ("can't or cannot") asks about them. System prompts are
 * matched with a short list of requests for recital, translation and verse, since those of agents are long and mention
 * much that they do not ask for. Immutable and thread-safe.
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
        /** Text to be copied in part: extraction, highlighting, redaction, whole files. */
        COPY,
        /** Comparisons of the two forms of a pair of the class table. */
        COMPARE,
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
        /** Warnings, statements and requirements whose words others rely on. */
        SAFETY,
        /** The conversation exceeds the limit. */
        UNREAD
    }

    private static final WordingConstraints SYSTEM = new WordingConstraints("system-phrases.txt", List.of());
    /** Words between two forms that are compared; the empty one stands for a punctuation mark. */
    private static final List<String> BETWEEN = List.of(
            " ", " and ", " or ", " vs ", " versus ", " to ", " with ", " from ", " not ", " than ", " instead of ");

    private static final int MAX_MATCHES = 64;
    private static final int GAP = 4;
    private static final int CHUNK = 1024;

    /** Letters, digits and the apostrophe in lower case, by character; 0 for the rest of ASCII. */
    private static final char[] FOLDED = new char[128];

    static {
        for (char c = 0; c < FOLDED.length; c++) {
            FOLDED[c] = c == '\'' || WordReader.starts(c) ? Character.toLowerCase(c) : 0;
        }
    }

    private final PhraseWords words = new PhraseWords();
    private final PhraseTrie phrases = new PhraseTrie();
    /** The kind of the phrase that ends at each state, null where none ends. */
    private final List<@Nullable Kind> ends = new ArrayList<>();
    /** States after which up to {@link #GAP} words may be skipped. */
    private final BitSet gaps = new BitSet();

    private final ConstraintPhrases listed;

    /** Creates the constraints on user messages for the answers that a table's classes would change. */
    public WordingConstraints(ClassTable table) {
        this("wording-phrases.txt", comparisons(table));
    }

    private WordingConstraints(String resource, List<String> comparisons) {
        listed = new ConstraintPhrases(resource);
        ends.add(null);
        comparisons.forEach(phrase -> add(Kind.COMPARE, phrase));
        listed.latin.forEach((kind, lines) -> lines.forEach(line -> add(kind, line)));
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

    private static List<String> comparisons(ClassTable table) {
        List<String> phrases = new ArrayList<>();
        for (int cls = 0; cls < table.classes(); cls++) {
            for (WordClass.Pair pair : table.wordClass(cls).pairs()) {
                for (String between : BETWEEN) {
                    phrases.add(pair.form0() + between + pair.form1());
                    phrases.add(pair.form1() + between + pair.form0());
                }
            }
        }
        return phrases;
    }

    /** Returns the constraint in a single user message, or null if there is none. */
    public @Nullable Kind of(CharSequence message) {
        return new Conversation(this).read(message);
    }

    /** Reader of the texts of one conversation after another. Allocates nothing after construction. Not thread-safe. */
    public static final class Conversation {
        private final TextScan user;
        private final TextScan system = SYSTEM.new TextScan();
        private int left = MAX_CONVERSATION_CHARS;

        /** Creates a reader that begins a conversation whose user messages have some constraints. */
        public Conversation(WordingConstraints user) {
            this.user = user.new TextScan();
        }

        /** Begins another conversation. */
        public void begin() {
            left = MAX_CONVERSATION_CHARS;
        }

        /** Counts a text of the conversation that was read before. */
        public void skip(CharSequence text) {
            left -= Math.min(text.length(), MAX_CHARS);
        }

        /** Returns the constraint in the system prompt, or null if there is none. */
        public @Nullable Kind readSystem(CharSequence text) {
            return read(text, system);
        }

        /** Returns the constraint in a user message, or null if there is none. */
        public @Nullable Kind read(CharSequence text) {
            return read(text, user);
        }

        private @Nullable Kind read(CharSequence text, TextScan scan) {
            int length = text.length();
            int chars = Math.min(length, MAX_CHARS);
            if (chars > left) {
                return Kind.UNREAD;
            }
            left -= chars;
            if (chars == length) {
                return scan.find(text, 0, length);
            }
            Kind first = scan.find(text, 0, MAX_CHARS / 2);
            return first != null ? first : scan.find(text, length - MAX_CHARS / 2, length);
        }
    }

    /** Scan of one text: its current word, and the phrases that the words before it begin. */
    private final class TextScan {
        private final char[] chunk = new char[CHUNK];
        private final PartialMatches matches = new PartialMatches();
        private long hash;
        private boolean inside;
        private boolean digits;

        @Nullable
        Kind find(CharSequence text, int from, int to) {
            matches.count = 0;
            inside = false;
            for (int at = from; at < to; at += CHUNK) {
                int count = Math.min(CHUNK, to - at);
                text.getChars(at, at + count, chunk, 0);
                Kind kind = find(text, at, count, to);
                if (kind != null) {
                    return kind;
                }
            }
            return inside ? endWord() : null;
        }

        /**
         * Scans the characters of {@link #chunk}.
         *
         * @param at where the chunk begins in the text
         * @param to end of the text that may be read
         */
        private @Nullable Kind find(CharSequence text, int at, int count, int to) {
            int i = 0;
            while (i < count) {
                i = word(i, count);
                if (i == count) {
                    break;
                }
                char c = chunk[i];
                Kind kind = null;
                if (c < FOLDED.length || isNoLetter(c)) {
                    kind = inside ? endWord() : null;
                    matches.count = c == '\n' ? 0 : matches.count;
                } else {
                    append(Character.toLowerCase(c));
                }
                kind = kind == null ? listed.unspaced(text, at + i, to, c) : kind;
                if (kind != null) {
                    return kind;
                }
                i++;
            }
            return null;
        }

        private boolean isNoLetter(char c) {
            return !WordReader.starts(c) && !(inside && c == '’');
        }

        /** Reads ASCII letters and digits from a place in the chunk, and returns the place after them. */
        private int word(int from, int count) {
            char first = folded(from);
            if (first == 0 || (first == '\'' && !inside)) {
                return from;
            }
            long sum = inside ? hash : PhraseWords.EMPTY;
            boolean number = (digits || !inside) && first <= '9' && first != '\'';
            int i = from;
            for (char letter = first; letter != 0; letter = i < count ? folded(i) : 0) {
                sum = PhraseWords.add(sum, letter);
                i++;
            }
            for (int n = from + 1; number && n < i; n++) {
                number = chunk[n] >= '0' && chunk[n] <= '9';
            }
            digits = number;
            inside = true;
            hash = sum;
            return i;
        }

        private char folded(int i) {
            char c = chunk[i];
            return c < FOLDED.length ? FOLDED[c] : 0;
        }

        private void append(char letter) {
            hash = PhraseWords.add(inside ? hash : PhraseWords.EMPTY, letter == '’' ? '\'' : letter);
            digits = false;
            inside = true;
        }

        private @Nullable Kind endWord() {
            inside = false;
            return matches.word(digits ? WordTrie.NUMBER : words.find(hash));
        }
    }

    /** Set of partially matched phrases (simulation of a nondeterministic automaton). */
    private final class PartialMatches {
        private int[] states = new int[MAX_MATCHES];
        private int[] gapsLeft = new int[MAX_MATCHES];
        private int[] nextStates = new int[MAX_MATCHES];
        private int[] nextGaps = new int[MAX_MATCHES];
        private int count;

        @Nullable
        Kind word(int id) {
            if (count == 0 && phrases.step(PhraseTrie.START, id) == PhraseTrie.NONE) {
                return null;
            }
            int next = 0;
            Kind found = null;
            for (int t = 0; t <= count && next < MAX_MATCHES - 1; t++) {
                int state = t == count ? PhraseTrie.START : states[t];
                int to = id == WordTrie.UNKNOWN ? PhraseTrie.NONE : phrases.step(state, id);
                if (to != PhraseTrie.NONE) {
                    found = found == null ? ends.get(to) : found;
                    nextStates[next] = to;
                    nextGaps[next++] = GAP;
                }
                if (state != PhraseTrie.START && gapsLeft[t] > 0 && gaps.get(state)) {
                    nextStates[next] = state;
                    nextGaps[next++] = gapsLeft[t] - 1;
                }
            }
            swap(next);
            return found;
        }

        private void swap(int next) {
            int[] before = states;
            states = nextStates;
            nextStates = before;
            before = gapsLeft;
            gapsLeft = nextGaps;
            nextGaps = before;
            count = next;
        }
    }
}
