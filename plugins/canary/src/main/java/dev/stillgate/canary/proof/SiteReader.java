package dev.stillgate.canary.proof;

import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.text.edit.FormChooser;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.table.ClassTable;

/**
 * Counts the sites of a suspect's answers, in distinct sentences only. Sites are found with the same editor that writes
 * marks. A response that has far more sites when laid out as a list of sentences is read as one, because its layout was
 * lost. Not thread-safe.
 */
public final class SiteReader {
    private static final int MAX_SENTENCES = 1 << 23;

    /** Factor by which the list layout must increase the sites for the original layout to count as lost. */
    private static final double LAYOUT_LOST = 1.4;

    /** Number of additional sites required as well, since a short response may gain one by chance. */
    private static final int LAYOUT_LOST_SITES = 4;

    private final ProseEditor editor;
    private final SiteCounts counts;
    private final SeenSentences repeats = new SeenSentences(MAX_SENTENCES);
    private final SeenSentences prompts = new SeenSentences(MAX_SENTENCES);
    private String text = "";
    private int sentenceEnd;
    private boolean sentenceNew;
    private boolean counting;
    private long found;
    private long sites;
    private long answers;
    private long words;
    private long repeatedPrompts;

    /** Creates a reader for a table. */
    public SiteReader(ClassTable table, ClassSheet sheet) {
        counts = new SiteCounts(sheet);
        editor = new ProseEditor(table, (cls, bucket) -> FormChooser.KEEP, this::site);
    }

    /** Reads a response. */
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

    /** Reads the answer to a prompt. */
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

    /** Advances to the sentence that contains a position and records each sentence on the way. */
    private void passTo(int position) {
        while (sentenceEnd < Math.min(position, text.length())) {
            int from = sentenceEnd;
            sentenceEnd = end(from);
            sentenceNew = repeats.isNew(text, from, sentenceEnd);
        }
    }

    /** Returns the end of the sentence that begins at {@code from}: after a line, or after . ! ? and white space. */
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

    /** Returns the counts over distinct sentences. */
    public SiteCounts counts() {
        return counts;
    }

    /** Returns the number of sites, repeated sentences included. */
    public long sites() {
        return sites;
    }

    /** Returns the number of responses read. */
    public long answers() {
        return answers;
    }

    /** Returns the number of words read, separated by white space. */
    public long words() {
        return words;
    }

    /** Returns the number of responses whose prompt repeats an earlier one. */
    public long repeatedPrompts() {
        return repeatedPrompts;
    }

    /** Returns whether the limit on sentences was reached, so that later ones did not count. */
    public boolean isFull() {
        return repeats.isFull();
    }
}
