package dev.stillgate.canary.text.edit;

import dev.stillgate.canary.text.guard.FormGuards;
import dev.stillgate.canary.text.guard.LeftContext;
import dev.stillgate.canary.text.guard.PendingWords;
import dev.stillgate.canary.text.markdown.InlineSpans;
import dev.stillgate.canary.text.markdown.MarkdownState;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.FormMatcher;
import dev.stillgate.canary.text.table.FormMatcher.Form;
import dev.stillgate.canary.text.table.WordClass.Right;
import dev.stillgate.canary.text.word.LetterCase;
import dev.stillgate.canary.text.word.PhraseTrie;
import dev.stillgate.canary.text.word.WordHash;
import dev.stillgate.canary.text.word.WordReader;
import org.jspecify.annotations.Nullable;

/**
 * Streaming editor that writes the mark into a block of Markdown prose. A site is a place where either of two
 * interchangeable wordings (forms, such as "do not" and "don't") fits; there it writes the form that the
 * {@link FormChooser} selects. The output depends on the text only, not on how the text is split into deltas.
 *
 * <p>Text is held back where a form may begin until enough of the following word is known, at most {@link
 * #mostHeldBack} characters. Accepts any input without failing. Allocates nothing once its buffers have grown to the
 * largest delta. Not thread-safe.
 */
public final class ProseEditor {
    private static final int CHUNK = 256;

    private final ClassTable table;
    private final FormMatcher forms;
    private FormChooser chooser;
    private SiteListener listener;
    private final MarkdownState markdown = new MarkdownState();
    private final LeftContext left;
    private final WordReader word;
    private final PendingWords pending;
    private final FormGuards guards;
    private final CharQueue out = new CharQueue();
    private final CharQueue held = new CharQueue();
    private final char[] chunk = new char[CHUNK];
    private int written;
    /** Whether the word being read is at the end of {@link #held}. */
    private boolean wordHeld;
    /** Values of {@link FormGuards#marks} and {@link FormGuards#opens} at the start of that word. */
    private boolean wordMarks;

    private boolean wordOpens;
    /** Whether the previous character ended a word. */
    private boolean afterWord;
    /** Whether one space after the last pending word is held. */
    private boolean spaced;

    private char lastMark;

    /**
     * Creates an editor at the beginning of a block.
     *
     * @param chooser {@link FormChooser#READER} to read only
     */
    public ProseEditor(ClassTable table, FormChooser chooser, SiteListener listener) {
        this.table = table;
        this.forms = table.forms();
        this.chooser = chooser;
        this.listener = listener;
        left = new LeftContext(forms);
        word = new WordReader(forms.words);
        pending = new PendingWords(forms.mostWords() + 2);
        guards = new FormGuards(table, markdown, left, pending, word);
        begin();
    }

    /** Begins a block of another answer and discards the state of the previous one. */
    public void begin(FormChooser newChooser, SiteListener newListener) {
        chooser = newChooser;
        listener = newListener;
        begin();
        out.shrink();
        held.shrink();
    }

    /** Begins another block and discards the state of the previous one. */
    public void begin() {
        markdown.begin();
        left.begin();
        word.clear();
        pending.clear();
        out.clear();
        held.clear();
        guards.begin();
        written = 0;
        wordHeld = wordMarks = wordOpens = afterWord = spaced = false;
        lastMark = '\n';
    }

    /** Returns the largest number of characters that an editor of a table holds back. */
    public static int mostHeldBack(ClassTable table) {
        return table.forms().mostHeld();
    }

    /** Returns the number of characters that were fed and not returned yet. */
    public int held() {
        return held.length() + (word.glue() == 0 ? 0 : 1);
    }

    /** Takes a delta and returns the text that can be written now, valid until the next call. */
    public CharSequence feed(CharSequence delta) {
        out.clear();
        int length = delta.length();
        for (int from = 0; from < length; from += CHUNK) {
            int count = Math.min(CHUNK, length - from);
            delta.getChars(from, from + count, chunk, 0);
            accept(count);
        }
        return out;
    }

    /** Ends the block and returns the rest of it, valid until the next call. {@link #begin} must follow. */
    public CharSequence end() {
        out.clear();
        if (word.inside()) {
            endWord();
        }
        resolve(Right.STOP);
        return out;
    }

    /** Takes the first characters of {@link #chunk}. */
    private void accept(int count) {
        int i = 0;
        while (i < count) {
            int run = wordHeld || markdown.inTag() ? i : word.takesPlainly(chunk, i, count);
            if (run > i) {
                out.add(chunk, i, run);
                written += run - i;
                i = run;
            } else {
                accept(chunk[i++]);
            }
        }
    }

    private void accept(char c) {
        if (word.inside()) {
            char glue = word.glue();
            if (word.takes(c)) {
                if (word.glue() == 0) {
                    keep(glue, c);
                }
                return;
            }
            endWord();
        }
        if (WordReader.starts(c)) {
            startWord(c);
        } else {
            separator(c);
        }
    }

    private void startWord(char c) {
        markdown.wordStarts(c);
        word.start(c, InlineSpans.mayLead(lastMark) && markdown.open());
        wordMarks = guards.marks();
        wordOpens = guards.opens();
        wordHeld = pending.count() > 0 || live();
        keep((char) 0, c);
    }

    /** Takes another character of the word, after its pending glue character. */
    private void keep(char glue, char c) {
        CharQueue to = wordHeld ? held : out;
        if (glue != 0) {
            to.add(glue);
        }
        to.add(c);
        if (markdown.inTag()) {
            readTag(glue, c);
        }
        if (!wordHeld) {
            written += glue == 0 ? 1 : 2;
        } else if (pending.count() > 0) {
            resolve(null);
        } else if (!live()) {
            flush(held.length());
            wordHeld = false;
        }
    }

    private void readTag(char glue, char c) {
        if (glue != 0) {
            markdown.tag(glue);
        }
        markdown.tag(c);
    }

    /** Returns whether a form may begin with the word being read; for when no word is pending. */
    private boolean live() {
        return word.mayStart(wordMarks, wordOpens);
    }

    private void endWord() {
        char glue = word.glue();
        if (wordHeld && (pending.count() > 0 || forms.phrases().step(PhraseTrie.START, word.id()) != PhraseTrie.NONE)) {
            pending.add(word);
        } else {
            flush(held.length());
            passed(
                    word.isOpen(),
                    word.id(),
                    word.hash(),
                    word.length(),
                    word.caps(),
                    word.foreign(),
                    word.apostrophe());
        }
        word.clear();
        wordHeld = spaced = false;
        afterWord = true;
        if (pending.count() > 0) {
            resolve(null);
        }
        if (glue != 0) {
            separator(glue);
        }
    }

    private void separator(char c) {
        lastMark = c;
        if (c == ' ' && afterWord && pending.count() > 0) {
            afterWord = false;
            spaced = true;
            held.add(c);
            markdown.mark(c);
            return;
        }
        if (pending.count() > 0) {
            resolve(spaced ? (c == '\n' ? Right.STOP : Right.OTHER) : Right.of(c));
        }
        markdown.mark(c);
        left.mark(c, afterWord);
        afterWord = spaced = false;
        out.add(c);
        written++;
    }

    /**
     * Writes pending words up to the next position where more text must be known.
     *
     * @param closing what follows the pending words, or null if unknown
     */
    private void resolve(@Nullable Right closing) {
        while (pending.count() > 0) {
            int words = 0;
            int state = PhraseTrie.START;
            Form form = null;
            int formWords = 0;
            while (state >= 0 && words < pending.count()) {
                state = forms.phrases().step(state, pending.get(words).id);
                words += state >= 0 ? 1 : 0;
                if (state >= 0 && forms.end(state) != null) {
                    form = forms.end(state);
                    formWords = words;
                }
            }
            boolean open = closing == null && words == pending.count();
            if (open && state >= 0 && forms.phrases().mayGoOn(state, word) && guards.mayBegin()) {
                return;
            }
            Form standing = guards.standing(form, formWords);
            boolean fits = false;
            while (standing != null && !fits) {
                if (open && formWords == words && !forms.decides(word, standing.cls)) {
                    return;
                }
                fits = guards.rightFits(standing, formWords, closing);
                standing = fits ? standing : guards.standing(standing.elsewhere, formWords);
            }
            if (standing != null) {
                site(standing, formWords);
            } else {
                if (form != null) {
                    left.kept(forms.family(form));
                }
                pass();
            }
        }
        if (wordHeld) {
            wordMarks = guards.marks();
            wordOpens = guards.opens();
            wordHeld = live();
        }
        if (!wordHeld) {
            flush(held.length());
        }
    }

    private void site(Form form, int words) {
        int family = forms.family(form);
        boolean first = left.isFirst(family);
        int bucket = WordHash.bucket(left.hash, table.buckets(form.cls));
        int chosen = first ? chooser.form(form.cls, bucket) : 1 - form.form;
        boolean edit = chosen != FormChooser.KEEP
                && chosen != form.form
                && table.writes(form.cls, chosen)
                && (first || left.wasReplaced(family, form.form));
        Form now = edit ? forms.other(form) : form;
        if (first) {
            listener.site(form.cls, bucket, form.form, now.form, written);
        }
        if (first && edit) {
            left.replaced(family, form.form);
        } else {
            left.kept(family);
        }
        write(form, now, words);
    }

    /** Writes a form, or another in its place. */
    private void write(Form form, Form now, int words) {
        PendingWords.Word first = pending.get(0);
        int chars = pending.chars(words);
        if (now != form) {
            write(now.text, first.caps == LetterCase.CAPITAL);
            held.drop(chars);
        } else {
            char apostrophe = pending.get(words - 1).apostrophe;
            left.apostrophe = apostrophe == 0 ? left.apostrophe : apostrophe;
            flush(chars);
        }
        left.form(now, first.caps == LetterCase.CAPITAL && now.count() == 1, forms.context(now));
        markdown.words(forms.countedWords(form));
        drop(words);
    }

    private void write(String form, boolean capital) {
        for (int i = 0; i < form.length(); i++) {
            char c = form.charAt(i);
            out.add(c == '\'' ? left.apostrophe : i == 0 && capital ? Character.toUpperCase(c) : c);
        }
        written += form.length();
    }

    /** Writes the first pending word unchanged. */
    private void pass() {
        PendingWords.Word first = pending.get(0);
        passed(first.open, first.id, first.hash, first.length, first.caps, first.foreign, first.apostrophe);
        flush(first.length);
        drop(1);
    }

    private void drop(int words) {
        boolean space = words < pending.count() || spaced;
        pending.drop(words);
        if (space) {
            left.space();
            flush(1);
        }
        spaced &= pending.count() > 0;
    }

    private void passed(boolean open, int id, int hash, int length, LetterCase caps, boolean foreign, char apostrophe) {
        if (open) {
            guards.passed(id, length, caps, foreign);
        }
        left.apostrophe = apostrophe == 0 ? left.apostrophe : apostrophe;
        boolean stressed = guards.stressed(id);
        boolean named = open && caps != LetterCase.LOWER && left.afterSpace();
        left.word(id, hash, caps == LetterCase.CAPITAL, forms.context(id));
        if (named) {
            left.name();
        }
        if (stressed) {
            left.stress();
        }
        if (forms.leadsMessage(id)) {
            markdown.announcesEdits();
        }
        markdown.words(1);
    }

    private void flush(int chars) {
        if (chars > 0) {
            out.take(held, chars);
            written += chars;
        }
    }
}
