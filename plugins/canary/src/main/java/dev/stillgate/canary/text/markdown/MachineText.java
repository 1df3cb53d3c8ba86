package dev.stillgate.canary.text.markdown;

/**
 * Tells text for machines from prose by its first lines: edits in tags or between conflict markers, diffs, YAML, rows of
 * values, replacements ({@code old -> new}). Tags and conflict markers have an end; after the others the rest of the text
 * counts as such. Not thread-safe.
 */
final class MachineText {
    /** Least number of characters of a conflict marker. */
    private static final int CONFLICT = 5;
    /** Number of characters before the name of a file in a diff. */
    private static final int DIFF = 3;

    private static final int HUNK = 2;

    final LineTags tags = new LineTags();
    private boolean rest;
    private boolean conflict;

    /** Whether only {@link #head} and spaces have been read of the line. */
    private boolean inHead;
    /** The character that the line begins with, outside words. */
    private char head;

    private int run;
    private boolean spaced;

    /** Whether the line so far is a word in lower case and a colon. */
    private boolean key;

    void begin() {
        tags.begin();
        rest = conflict = false;
        startLine();
    }

    private void startLine() {
        inHead = true;
        spaced = key = false;
        head = 0;
        run = 0;
    }

    /** Returns whether no word of the line has begun. */
    boolean isHead() {
        return inHead;
    }

    boolean isOpen() {
        return !(rest || conflict || tags.isRegion());
    }

    /** Called where the rest of the text turns out to be for a machine. */
    void begins() {
        rest = true;
    }

    /** Called after a colon directly after a line's only word, which is in lower case. */
    void key() {
        key = true;
    }

    void wordStarts() {
        if (inHead) {
            endHead('a');
        }
        rest |= key;
    }

    /**
     * Called for a character outside words and fences, except spaces within a line of prose.
     *
     * @param code whether the character is in a code span
     */
    void mark(char c, boolean code) {
        if (inHead) {
            head(c);
        }
        if (key && c != ' ' && c != '\r') {
            rest |= c != '/' && c != ':';
            key = false;
        }
        if (c == '<' && !conflict && (!code || tags.isRegion())) {
            tags.start();
        }
    }

    private void head(char c) {
        boolean space = c == ' ' || c == '\t' || c == '\r';
        if (head == 0) {
            head = space ? 0 : c;
            run = space ? 0 : 1;
        } else if (c == head && !spaced) {
            run++;
        } else if (space) {
            spaced = true;
        } else {
            endHead(c);
        }
    }

    private void endHead(char next) {
        inHead = false;
        switch (head) {
            case '<' -> {
                conflict |= run >= CONFLICT;
                rest |= next == '!' || next == '?';
            }
            case '-' -> {
                rest |= spaced && run == DIFF;
                conflict |= spaced && run >= CONFLICT;
            }
            case '+', '*' -> rest |= spaced && run == DIFF;
            case '@' -> rest |= run == HUNK;
            default -> {}
        }
    }

    /**
     * Ends a line. Returns whether text for a machine has ended.
     *
     * @param withTag whether the line ends with a tag
     */
    boolean endLine(boolean withTag) {
        if (inHead) {
            spaced = false;
            endHead('\n');
        }
        rest |= key;
        boolean ends = conflict && run >= CONFLICT && (head == '>' || head == '+');
        conflict &= !ends;
        ends |= tags.endLine(withTag || head == '<');
        startLine();
        return ends;
    }
}
