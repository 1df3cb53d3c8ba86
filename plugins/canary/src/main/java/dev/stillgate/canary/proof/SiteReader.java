package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.edit.FormChooser;
import dev.stillgate.canary.text.edit.ProseEditor;

/**
 * The reader of a suspect's answers: finds the sites with the very editor that writes marks, leaving all as it is, and counts
 * those of sentences it has not met before. An answer that has many more sites as a mere list of sentences lost its layout
 * on the way, and is read as one. Not for several threads.
 */
public final class SiteReader {
    private static final int MOST_SENTENCES = 1 << 23;

    /** How many times as many sites a text must have as a mere list of sentences for its layout to be taken for lost. */
    private static final double LAYOUT_LOST = 1.4;

    /** How many more at least: a short answer has a site more by chance, which nobody has marked. */
    private static final int LAYOUT_LOST_SITES = 4;

    private final ProseEditor editor;
    private final SiteCounts counts;
    private final SeenSentences repeats = new SeenSentences(MOST_SENTENCES);
    private final SeenSentences prompts = new SeenSentences(MOST_SENTENCES);
    private String text = "";
    private int sentenceEnd;
    private boolean sentenceNew;
    private boolean counting;
    private long found;
    private long sites;
    private long answers;
    private long words;
    private long repeatedPrompts;

    /** Reads with a table's classes. */
    public SiteReader(ClassTable table, ClassSheet sheet) {
        counts = new SiteCounts(sheet);
        editor = new ProseEditor(table, (cls, bucket) -> FormChooser.KEEP, this::site);
    }

    /** Reads an answer. */
    public void read(String written) {
        answers++;
        words += words(written);
        text = laidOut(CapitalRestorer.restored(written));
        sentenceEnd = 0;
        sentenceNew = false;
        counting = true;
        edit(text);
        passTo(text.length());
    }

    private String laidOut(String answer) {
        if (!LayoutRestorer.mayBeLost(answer)) {
            return answer;
        }
        String flat = LayoutRestorer.flat(answer);
        long standing = sitesIn(answer);
        long listed = sitesIn(flat);
        return listed >= standing + LAYOUT_LOST_SITES && listed > LAYOUT_LOST * standing ? flat : answer;
    }

    private long sitesIn(String answer) {
        counting = false;
        found = 0;
        edit(answer);
        return found;
    }

    private void edit(String answer) {
        editor.begin();
        editor.feed(answer);
        editor.end();
    }

    /** Reads what a suspect answered to a prompt. */
    public void read(String prompt, String answer) {
        repeatedPrompts += prompts.isNew(prompt, 0, prompt.length()) ? 0 : 1;
        read(answer);
    }

    private void site(int cls, int bucket, int form, int written, int position) {
        if (!counting) {
            found++;
            return;
        }
        sites++;
        passTo(position + 1);
        if (sentenceNew) {
            counts.add(cls, bucket, form);
        }
    }

    /** Goes on to the sentence that has a position in it. Every sentence on the way is remembered. */
    private void passTo(int position) {
        while (sentenceEnd < Math.min(position, text.length())) {
            int from = sentenceEnd;
            sentenceEnd = end(from);
            sentenceNew = repeats.isNew(text, from, sentenceEnd);
        }
    }

    /** Returns where the sentence that begins at {@code from} ends: after a line, or after . ! ? and what is no letter. */
    private int end(int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean stop = c == '.' || c == '!' || c == '?';
            if (c == '\n' || (stop && i + 1 < text.length() && Character.isWhitespace(text.charAt(i + 1)))) {
                return i + 1;
            }
        }
        return text.length();
    }

    private static long words(String text) {
        long words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            boolean space = Character.isWhitespace(text.charAt(i));
            words += !space && !inside ? 1 : 0;
            inside = !space;
        }
        return words;
    }

    /** Returns the counts of the sentences that were met once, or the first time they were met. */
    public SiteCounts counts() {
        return counts;
    }

    /** Returns how many sites there were, repeated sentences included. */
    public long sites() {
        return sites;
    }

    /** Returns how many answers were read. */
    public long answers() {
        return answers;
    }

    /** Returns how many words were read, taking what stands between spaces for a word. */
    public long words() {
        return words;
    }

    /** Returns how many answers came of a prompt that an earlier answer had. */
    public long repeatedPrompts() {
        return repeatedPrompts;
    }

    /** Returns whether there were more sentences than are kept, so that later ones did not count. */
    public boolean isFull() {
        return repeats.isFull();
    }
}
