package dev.stillgate.canary.text.guard;

import dev.stillgate.canary.text.table.FormMatcher.Form;
import dev.stillgate.canary.text.table.WordClass.Left;
import dev.stillgate.canary.text.table.WordClass.Right;
import dev.stillgate.canary.text.markdown.MarkdownState;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.FormMatcher;
import dev.stillgate.canary.text.table.LanguageEvidence;
import dev.stillgate.canary.text.table.WordClass;
import dev.stillgate.canary.text.word.LetterCase;
import dev.stillgate.canary.text.word.WordReader;
import dev.stillgate.canary.text.word.WordTrie;
import org.jspecify.annotations.Nullable;

/**
 * Whether a form may stand where it was found: after what is left of it and before what is right of it, as its class wants
 * them, in Markdown that is prose here, and in a text that enough speaks of as English.
 */
public final class FormGuards {
    private final ClassTable table;
    private final FormMatcher forms;
    private final MarkdownState markdown;
    private final LeftContext left;
    private final PendingWords pending;
    private final WordReader word;
    private int evidence = LanguageEvidence.INITIAL;

    /**
     * Guards over the parts of an editor.
     *
     * @param word the word that is being read, after those that are pending
     */
    public FormGuards(ClassTable table, MarkdownState markdown, LeftContext left, PendingWords pending, WordReader word) {
        this.table = table;
        this.forms = table.forms();
        this.markdown = markdown;
        this.left = left;
        this.pending = pending;
        this.word = word;
    }

    /** Begins another block. */
    public void begin() {
        evidence = LanguageEvidence.INITIAL;
    }

    /** Takes a word that has passed for evidence. */
    public void passed(int id, boolean foreign) {
        evidence = table.evidence().after(evidence, id, foreign);
    }

    /** Returns whether any form may stand here, as far as what was read before it tells. */
    public boolean marks() {
        return evidence >= LanguageEvidence.ENOUGH && markdown.ready();
    }

    /** Returns whether a form of a class that opens sentences may stand here. */
    public boolean opens() {
        return left.kind == Left.START && evidence >= LanguageEvidence.LEAST_TO_OPEN && markdown.maybeReady();
    }

    /** Returns whether a form may begin with the first pending word. */
    public boolean mayBegin() {
        PendingWords.Word first = pending.get(0);
        return first.open && first.caps != LetterCase.MIXED && (marks() || opens());
    }

    /** Returns the form, or the same words of another class, that may stand here; null when none may. */
    @Nullable
    public Form standing(@Nullable Form form, int words) {
        Form found = form;
        while (found != null && !mayStand(found, words)) {
            found = found.elsewhere;
        }
        return found;
    }

    /** Returns whether a form may stand after what is left of it, as it is written. */
    private boolean mayStand(Form form, int words) {
        WordClass wordClass = table.wordClass(form.cls);
        boolean capital = pending.get(0).caps == LetterCase.CAPITAL;
        if (!mayBegin() || !(marks() || wordClass.opening())) {
            return false;
        }
        if (form.proper ? !capital : capital && left.kind != Left.START) {
            return false;
        }
        for (int i = 1; i < words; i++) {
            if (pending.get(i).caps != LetterCase.LOWER) {
                return false;
            }
        }
        return wordClass.guards().left().contains(left.kind)
                && (left.kind != Left.WORD || forms.mayFollow(form.cls, left.word));
    }

    /**
     * Returns whether a form may stand before what is right of it.
     *
     * @param closing what follows the last pending word, null while it is the word that is being read
     */
    public boolean rightFits(Form form, int words, @Nullable Right closing) {
        boolean known = words < pending.count();
        Right right = known || closing == null ? Right.WORD : closing;
        if (!table.wordClass(form.cls).guards().right().contains(right)) {
            return false;
        }
        if (right != Right.WORD) {
            return true;
        }
        boolean capital = known ? pending.get(words).firstCapital : word.firstCapital();
        int next = known ? pending.get(words).id : WordTrie.UNKNOWN;
        return forms.mayPrecede(form.cls, next) && !(capital && left.capital && left.kind == Left.WORD);
    }
}
