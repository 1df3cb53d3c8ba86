package dev.stillgate.canary.text;

import dev.stillgate.canary.text.Forms.Form;
import dev.stillgate.canary.text.WordClass.Left;
import dev.stillgate.canary.text.WordClass.Right;
import org.jspecify.annotations.Nullable;

/**
 * Whether a form may stand where it was found: after what is left of it and before what is right of it, as its class wants
 * them, in Markdown that is prose here, and in a text that enough speaks of as English.
 */
final class FormGuards {
    private final ClassTable table;
    private final Forms forms;
    private final Markdown markdown;
    private final LeftContext left;
    private final PendingWords pending;
    private final WordReader word;
    private int evidence = Evidence.INITIAL;

    /**
     * Guards over the parts of an editor.
     *
     * @param word the word that is being read, after those that are pending
     */
    FormGuards(ClassTable table, Markdown markdown, LeftContext left, PendingWords pending, WordReader word) {
        this.table = table;
        this.forms = table.forms();
        this.markdown = markdown;
        this.left = left;
        this.pending = pending;
        this.word = word;
    }

    /** Begins another block. */
    void begin() {
        evidence = Evidence.INITIAL;
    }

    /** Takes a word that has passed for evidence. */
    void passed(int id, boolean foreign) {
        evidence = table.evidence().after(evidence, id, foreign);
    }

    /** Returns whether any form may stand here, as far as what was read before it tells. */
    boolean marks() {
        return evidence >= Evidence.ENOUGH && markdown.ready();
    }

    /** Returns whether a form of a class that opens sentences may stand here. */
    boolean opens() {
        return left.kind == Left.START && evidence >= Evidence.LEAST_TO_OPEN && markdown.maybeReady();
    }

    /** Returns whether a form may begin with the first pending word. */
    boolean mayBegin() {
        PendingWords.Word first = pending.get(0);
        return first.open && first.caps != LetterCase.MIXED && (marks() || opens());
    }

    /** Returns the form, or the same words of another class, that may stand here; null when none may. */
    @Nullable
    Form standing(@Nullable Form form, int words) {
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
    boolean rightFits(Form form, int words, @Nullable Right closing) {
        boolean known = words < pending.count();
        Right right = known || closing == null ? Right.WORD : closing;
        if (!table.wordClass(form.cls).guards().right().contains(right)) {
            return false;
        }
        if (right != Right.WORD) {
            return true;
        }
        boolean capital = known ? pending.get(words).firstCapital : word.firstCapital();
        int next = known ? pending.get(words).id : Vocabulary.UNKNOWN;
        return forms.mayPrecede(form.cls, next) && !(capital && left.capital && left.kind == Left.WORD);
    }
}
