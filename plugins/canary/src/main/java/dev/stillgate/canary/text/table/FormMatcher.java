package dev.stillgate.canary.text.table;

import dev.stillgate.canary.text.table.WordClass.Pair;
import dev.stillgate.canary.text.word.PhraseTrie;
import dev.stillgate.canary.text.word.WordHash;
import dev.stillgate.canary.text.word.WordReader;
import dev.stillgate.canary.text.word.WordTrie;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Matcher for the forms of a table.
 *
 * <p>Rewriting a text must not change which sites it has, so that a reader finds every site again. The text left of a
 * site is already rewritten when the site is decided; the text right of it may still change. A word to the right
 * therefore counts as any word that it may be exchanged with: the first words of the two forms of a pair are
 * equivalent.
 *
 * <p>Rewriting must not create a longer or an earlier form either. A form that begins another form is rejected, unless
 * both belong to one pair and a guard separates them. A form is not a site after a word with which the form, or its
 * counterpart, would overlap a form that begins earlier.
 */
public final class FormMatcher {
    /** One form of a pair. Its last word becomes the left neighbour of the following text. */
    public static final class Form {
        public final int cls;
        final int pair;
        public final int form;
        public final String text;
        public final int lastWord;
        public final int lastHash;
        /** The word before the last one, {@link WordTrie#UNKNOWN} for a form of one word. */
        public final int wordBeforeLast;
        /** Whether the form always begins with a capital, as "I" does. */
        public final boolean proper;

        /** The same words in a later class, used where the guards of this one fail. */
        @Nullable
        public Form elsewhere;

        private final int[] words;

        private Form(int cls, int pair, int form, String text, int[] words, int lastHash) {
            this.cls = cls;
            this.pair = pair;
            this.form = form;
            this.text = text;
            this.words = words;
            this.lastWord = words[words.length - 1];
            this.lastHash = lastHash;
            this.wordBeforeLast = words.length > 1 ? words[words.length - 2] : WordTrie.UNKNOWN;
            this.proper = Character.isUpperCase(text.charAt(0));
        }

        public int count() {
            return words.length;
        }
    }

    public final WordTrie words = new WordTrie();
    private final List<WordClass> classes;
    private final PhraseTrie phrases = new PhraseTrie();
    /** The form that ends at each state of the trie, null for none. */
    private final List<@Nullable Form> ends = new ArrayList<>();

    private final List<Form> forms = new ArrayList<>();
    private final int[] normal;
    private final BitSet[] before;
    private final BitSet[] after;
    /** For each class the words that may be two to the left. */
    private final BitSet[] afterTwo;

    /** The different lists of words that a context may not have; a bit of a context's state stands for each. */
    private final List<SortedSet<String>> contexts = new ArrayList<>();

    /** For each word the bits of the lists that contain it. */
    private final long[] contextBits;
    /** For each class the bit of its list. */
    private final long[] contextOf;
    /** For each class the ranks of the words that, as right neighbours, are treated unlike an unknown word. */
    private final BitSet[] telling;

    /** For each class the number of its family: classes with a pair in common. */
    private final int[] family;

    /** Words that tell of a register in which nothing is written. */
    private final BitSet cues;
    /** Words that do so with a capital within a sentence. */
    private final BitSet capitalCues;

    /** Words that, with a comma after them, introduce an example of usage. */
    private final BitSet examplesAfter;
    /** Words after which the rest of the sentence may be a message. */
    private final BitSet messagesAfter;

    private int mostHeld;
    private int mostWords;

    FormMatcher(
            List<WordClass> classes,
            SortedSet<String> evidence,
            SortedSet<String> examplesAfter,
            SortedSet<String> messagesAfter,
            SortedSet<String> cues,
            SortedSet<String> capitalCues)
            throws TableException {
        this.classes = classes;
        evidence.forEach(words::add);
        examplesAfter.forEach(words::add);
        messagesAfter.forEach(words::add);
        cues.forEach(words::add);
        capitalCues.forEach(words::add);
        ends.add(null);
        for (int c = 0; c < classes.size(); c++) {
            addClass(c);
        }
        refuseTwoPairs();
        family = families();
        words.build();
        for (Form form : forms) {
            words.startsForm(form.words[0], classes.get(form.cls).opening());
        }
        phrases.build(words.size());
        normal = new int[words.size()];
        unite();
        refusePrefixes();
        before = new BitSet[classes.size()];
        after = new BitSet[classes.size()];
        for (int c = 0; c < classes.size(); c++) {
            WordClass.Guards guards = classes.get(c).guards();
            before[c] = allowed(guards.onlyBefore(), guards.neverBefore(), true);
            after[c] = allowed(guards.onlyAfter(), guards.neverAfter(), false);
        }
        forms.forEach(this::keepApart);
        afterTwo = new BitSet[classes.size()];
        contextBits = new long[words.size()];
        contextOf = new long[classes.size()];
        for (int c = 0; c < classes.size(); c++) {
            WordClass.Guards guards = classes.get(c).guards();
            afterTwo[c] = allowed(guards.onlyAfterTwo(), guards.neverAfterTwo(), false);
            addContext(c);
        }
        this.examplesAfter = ids(examplesAfter, false);
        this.messagesAfter = ids(messagesAfter, false);
        this.cues = ids(cues, false);
        this.capitalCues = ids(capitalCues, false);
        telling = new BitSet[classes.size()];
        for (int c = 0; c < classes.size(); c++) {
            tell(c);
        }
    }

    private void addContext(int cls) throws TableException {
        SortedSet<String> list = classes.get(cls).guards().neverInContext();
        if (!contexts.contains(list)) {
            contexts.add(list);
        }
        int number = contexts.indexOf(list);
        if (number == Long.SIZE) {
            throw classes.get(cls).at().problem("expected at most 64 different lists never-in-context");
        }
        contextOf[cls] = 1L << number;
        list.forEach(word -> contextBits[words.add(word)] |= contextOf[cls]);
    }

    private void tell(int cls) {
        telling[cls] = new BitSet();
        int longest = 0;
        for (int word = 1; word < words.size(); word++) {
            if (before[cls].get(word) != before[cls].get(WordTrie.UNKNOWN)) {
                telling[cls].set(words.place(word));
                longest = Math.max(longest, words.length(word));
            }
        }
        for (Form form : forms) {
            if (form.cls == cls) {
                mostHeld = Math.max(mostHeld, form.text.length() + 1 + longest + 1);
            }
        }
    }

    private void addClass(int cls) throws TableException {
        WordClass wordClass = classes.get(cls);
        WordClass.Guards guards = wordClass.guards();
        for (SortedSet<String> list : List.of(
                guards.onlyAfter(),
                guards.neverAfter(),
                guards.onlyAfterTwo(),
                guards.neverAfterTwo(),
                guards.neverInContext(),
                guards.onlyBefore(),
                guards.neverBefore())) {
            list.forEach(words::add);
        }
        for (Pair pair : wordClass.pairs()) {
            for (int f = 0; f < 2; f++) {
                String text = pair.form(f);
                String lower = text.toLowerCase(Locale.ROOT);
                String[] parts = lower.split(" ", -1);
                int[] ids = new int[parts.length];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = words.add(parts[i]);
                }
                int hash = WordHash.hash(parts[parts.length - 1]);
                addForm(new Form(cls, forms.size() / 2, f, text, ids, hash));
                mostWords = Math.max(mostWords, ids.length);
            }
        }
    }

    private void addForm(Form form) throws TableException {
        int state = PhraseTrie.START;
        for (int word : form.words) {
            state = phrases.add(state, word);
            if (state == ends.size()) {
                ends.add(null);
            }
        }
        Form before = ends.get(state);
        if (before == null) {
            ends.set(state, form);
        } else {
            while (before.elsewhere != null) {
                before = before.elsewhere;
            }
            before.elsewhere = form;
        }
        forms.add(form);
    }

    /**
     * Rejects forms that occur in two different pairs. One pair may occur in several classes, of which the first with
     * fitting guards applies.
     */
    private void refuseTwoPairs() throws TableException {
        for (Form form : forms) {
            Form next = form.elsewhere;
            if (next != null && (next.cls == form.cls || !other(next).text.equals(other(form).text))) {
                throw classes.get(next.cls).at().problem("the form \"" + form.text + "\" occurs in two pairs");
            }
        }
    }

    private int[] families() {
        int[] found = new int[classes.size()];
        Arrays.setAll(found, cls -> cls);
        for (Form form : forms) {
            if (form.elsewhere != null) {
                int from = found[form.elsewhere.cls];
                int to = found[form.cls];
                Arrays.setAll(found, cls -> found[cls] == from ? to : found[cls]);
            }
        }
        return found;
    }

    private void unite() {
        for (int i = 0; i < normal.length; i++) {
            normal[i] = i;
        }
        for (int pair = 0; pair < forms.size(); pair += 2) {
            int a = normal[forms.get(pair).words[0]];
            int b = normal[forms.get(pair + 1).words[0]];
            for (int i = 0; i < normal.length; i++) {
                if (normal[i] == b) {
                    normal[i] = a;
                }
            }
        }
    }

    private void refusePrefixes() throws TableException {
        for (Form shorter : forms) {
            for (Form longer : forms) {
                int n = shorter.words.length;
                if (n >= longer.words.length || !startsWith(longer.words, 0, shorter.words)) {
                    continue;
                }
                WordClass.Guards guards = classes.get(shorter.cls).guards();
                BitSet allowed = allowed(guards.onlyBefore(), guards.neverBefore(), true);
                boolean onePair = shorter.pair == longer.pair;
                if (!onePair || allowed.get(longer.words[n])) {
                    String rest = longer.text.substring(shorter.text.length()).trim();
                    throw classes.get(shorter.cls)
                            .at()
                            .problem("the form \"" + shorter.text + "\" is a prefix of the form \"" + longer.text
                                    + "\": expected "
                                    + (onePair
                                            ? "guards that exclude it before \"" + rest + "\""
                                            : "no form to be a prefix of another pair's"));
                }
            }
        }
    }

    private static boolean startsWith(int[] words, int from, int[] prefix) {
        for (int i = 0; i < prefix.length && from + i < words.length; i++) {
            if (words[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the words that two lists allow.
     *
     * @param asNormal whether exchangeable words count as equal
     */
    private BitSet allowed(SortedSet<String> only, SortedSet<String> never, boolean asNormal) {
        BitSet onlyIds = ids(only, asNormal);
        BitSet neverIds = ids(never, asNormal);
        BitSet allowed = new BitSet(normal.length);
        for (int word = 0; word < normal.length; word++) {
            int id = asNormal ? normal[word] : word;
            allowed.set(word, (only.isEmpty() || onlyIds.get(id)) && !neverIds.get(id));
        }
        return allowed;
    }

    private BitSet ids(SortedSet<String> list, boolean asNormal) {
        BitSet ids = new BitSet();
        for (String word : list) {
            int id = words.add(word);
            ids.set(asNormal ? normal[id] : id);
        }
        return ids;
    }

    private void keepApart(Form form) {
        for (Form earlier : forms) {
            for (int i = 1; i < earlier.words.length; i++) {
                if (startsWith(earlier.words, i, form.words)) {
                    after[form.cls].clear(earlier.words[i - 1]);
                }
            }
        }
    }

    /** Returns the trie of all forms. */
    public PhraseTrie phrases() {
        return phrases;
    }

    /** Returns the form that ends at a state; the same words of later classes follow in {@link Form#elsewhere}. */
    @Nullable
    public Form end(int state) {
        return ends.get(state);
    }

    /**
     * Returns whether every word that the current one may become is treated alike as the right neighbour of a class.
     */
    public boolean decides(WordReader word, int cls) {
        return word.inside() && !word.mayBecomeAny(telling[cls]);
    }

    /** Returns the other form of the pair. */
    public Form other(Form form) {
        return forms.get(2 * form.pair + 1 - form.form);
    }

    /** Returns the number of words of the pair's form 0, which line lengths count for either form. */
    public int countedWords(Form form) {
        return forms.get(2 * form.pair).words.length;
    }

    /** Returns the number of classes. */
    public int classes() {
        return classes.size();
    }

    /** Returns whether a word tells of a register in which nothing is written. */
    public boolean isCue(int word) {
        return cues.get(word);
    }

    /** Returns whether a word does so if it has a capital within a sentence. */
    public boolean isCapitalCue(int word) {
        return capitalCues.get(word);
    }

    /** Returns whether a word with a comma after it introduces an example of usage. */
    public boolean leadsExample(int word) {
        return examplesAfter.get(word);
    }

    /** Returns whether the rest of a sentence after a word may be a message. */
    public boolean leadsMessage(int word) {
        return messagesAfter.get(word);
    }

    /** Returns the family of a form's class, from 0 to one less than the number of classes. */
    public int family(Form form) {
        return family[form.cls];
    }

    public boolean mayFollow(int cls, int word) {
        return after[cls].get(word);
    }

    /** Returns whether a word may be two to the left of a class's form. */
    public boolean mayFollowTwo(int cls, int word) {
        return afterTwo[cls].get(word);
    }

    /** Returns the bits that a word adds to a context. */
    public long context(int word) {
        return contextBits[word];
    }

    /** Returns the bits that a form adds to a context. */
    public long context(Form form) {
        long bits = 0;
        for (int word : form.words) {
            bits |= contextBits[word];
        }
        return bits;
    }

    /** Returns whether a context has none of the words that a class forbids there. */
    public boolean mayStandIn(int cls, long context) {
        return (context & contextOf[cls]) == 0;
    }

    public boolean mayPrecede(int cls, int word) {
        return before[cls].get(word);
    }

    /**
     * Returns the largest distance in characters from the start of a form to where it is known whether the form is a
     * site.
     */
    public int mostHeld() {
        return mostHeld;
    }

    public int mostWords() {
        return mostWords;
    }
}
