package dev.stillgate.canary.text.guard;

import dev.stillgate.canary.text.markdown.MarkdownState;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.FormMatcher;
import dev.stillgate.canary.text.table.FormMatcher.Form;
import dev.stillgate.canary.text.table.LanguageEvidence;
import dev.stillgate.canary.text.table.WordClass;
import dev.stillgate.canary.text.table.WordClass.Left;
import dev.stillgate.canary.text.table.WordClass.Right;
import dev.stillgate.canary.text.word.LetterCase;
import dev.stillgate.canary.text.word.WordReader;
import dev.stillgate.canary.text.word.WordTrie;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a form found in the text is a site: by its neighbours, as its class requires, by the Markdown around
 * it, and by the language score of the text.
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
     * Creates guards over the state of an editor.
     *
     * @param word the word being read, after the pending ones
     */
    public FormGuards(
            ClassTable table, MarkdownState markdown, LeftContext left, PendingWords pending, WordReader word) {
        this.table = table;
        this.forms = table.forms();
        this.markdown = markdown;
        this.left = left;
        this.pending = pending;
        this.word = word;
    }

    public void begin() {
        evidence = LanguageEvidence.INITIAL;
    }

    /**
     * Adds a written word to the language score, and looks for signs of source code and mathematics: a common word in
     * capitals, as in SQL, or a variable of one small letter.
     */
    public void passed(int id, int length, LetterCase caps, boolean foreign) {
        evidence = table.evidence().after(evidence, id, foreign);
        boolean common = table.evidence().isCommon(id);
        boolean variable = length == 1 && caps == LetterCase.LOWER && !common && id != WordTrie.NUMBER && !foreign;
        left.technical |= variable || (common && caps == LetterCase.MIXED);
    }

    /** Returns whether a word that is about to be written is a common one directly after the beginning of strong emphasis. */
    public boolean stressed(int id) {
        return left.afterEmphasis() && table.evidence().isCommon(id);
    }

    /** Returns whether the text so far allows forms of any class here. */
    public boolean marks() {
        return evidence >= LanguageEvidence.ENOUGH && markdown.ready();
    }

    /** Returns whether the text so far allows forms of classes that open sentences here. */
    public boolean opens() {
        return left.kind == Left.START && evidence >= LanguageEvidence.LEAST_TO_OPEN && markdown.maybeReady();
    }

    /** Returns whether a form may begin with the first pending word. */
    public boolean mayBegin() {
        PendingWords.Word first = pending.get(0);
        return first.open && first.caps != LetterCase.MIXED && (marks() || opens());
    }

    /** Returns the form, or the same words in a later class, whose left neighbour fits; null if there is none. */
    @Nullable
    public Form standing(@Nullable Form form, int words) {
        Form found = form;
        while (found != null && !mayStand(found, words)) {
            found = found.elsewhere;
        }
        return found;
    }

    /** Returns whether the left neighbour and the capitalization of a form fit. */
    private boolean mayStand(Form form, int words) {
        WordClass wordClass = table.wordClass(form.cls);
        boolean capital = pending.get(0).caps == LetterCase.CAPITAL;
        if (!mayBegin() || !(marks() || wordClass.opening())) {
            return false;
        }
        if (left.technical || left.lesson || left.leftAlone() || !forms.mayStandIn(form.cls, left.context())) {
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
                && (left.kind != Left.WORD || forms.mayFollow(form.cls, left.word))
                && ((left.kind != Left.WORD && left.kind != Left.COMMA)
                        || forms.mayFollowTwo(form.cls, left.wordBefore));
    }

    /**
     * Returns whether the right neighbour of a form fits. Two capitalized words may be the beginning of a title.
     *
     * @param closing what follows the last pending word, or null if the word being read does
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
        if (capital && !form.proper && pending.get(0).caps == LetterCase.CAPITAL) {
            return false;
        }
        int next = known ? pending.get(words).id : WordTrie.UNKNOWN;
        return forms.mayPrecede(form.cls, next) && !(capital && left.capital && left.kind == Left.WORD);
    }
}
