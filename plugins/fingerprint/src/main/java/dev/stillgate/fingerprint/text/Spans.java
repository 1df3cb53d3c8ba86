package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * Which words of a text stand inside code, quotes, or between two lines that separate: the places where a template's
 * slots are. One pass with a short stack of what is open, so a text of opening quotes costs no more than another.
 */
final class Spans {
    static final byte PLAIN = 0;
    static final byte QUOTED = 1;
    static final byte CODE = 2;

    /** Quotes open at the same time; the oldest is forgotten. */
    private static final int DEEPEST = 8;

    private static final int CODE_FENCE = '`' | Words.RUN;
    private static final String OPENING = "“„„«»‹‘「『";
    private static final String CLOSING = "””“»«›’」』";

    /** What covers each entry. */
    byte[] cover = new byte[256];

    /** Characters in code. */
    int codeChars;

    private final int[] openMark = new int[DEEPEST];
    private final int[] openEntry = new int[DEEPEST];
    private int open;
    private int fence;
    private int fenceIs;

    void read(Words words) {
        int count = words.count;
        if (cover.length < count) {
            cover = new byte[words.hash.length];
        } else {
            Arrays.fill(cover, 0, count, PLAIN);
        }
        codeChars = 0;
        open = 0;
        fence = -1;
        for (int m = 0; m < words.marks; m++) {
            m = mark(words, m);
        }
    }

    /** Looks at a mark and returns the last one that is dealt with. */
    private int mark(Words words, int m) {
        int mark = words.markIs[m];
        if ((mark & ~Words.RUN) == '`') {
            return code(words, m, mark);
        }
        if (mark == '\n') {
            forgetSingleQuotes();
        } else if ((mark & Words.RUN) != 0) {
            separator(words, m, mark);
        } else if (mark == '"' || mark == '\'') {
            straight(words, words.mark[m], mark);
        } else {
            curly(words, words.mark[m], mark);
        }
        return m;
    }

    /** Covers code up to its end: of a fence, perhaps that of the text, else on the same line. */
    private int code(Words words, int m, int mark) {
        boolean fenced = mark == CODE_FENCE;
        int last = m + 1;
        while (last < words.marks && !endsCode(words.markIs[last], mark, fenced)) {
            last++;
        }
        boolean closed = last < words.marks && words.markIs[last] == mark;
        if (!closed && !fenced) {
            return m;
        }
        int from = words.mark[m];
        int to = closed ? words.mark[last] : words.count;
        codeChars += (closed ? words.start[to] : words.text.length) - words.end[from];
        Arrays.fill(cover, from + 1, to, CODE);
        return last;
    }

    private static boolean endsCode(int mark, int opened, boolean fenced) {
        return mark == opened || (!fenced && mark == '\n');
    }

    /** Covers what stands between two equal lines of nothing but a separator. */
    private void separator(Words words, int m, int mark) {
        int entry = words.mark[m];
        boolean begins = entry == 0 || isNewline(words, m - 1, entry - 1);
        boolean ends = entry + 1 == words.count || isNewline(words, m + 1, entry + 1);
        if (!begins || !ends) {
            return;
        }
        if (fence >= 0 && fenceIs == mark) {
            cover(fence, entry);
            fence = -1;
        } else {
            fence = entry;
            fenceIs = mark;
        }
    }

    private static boolean isNewline(Words words, int m, int entry) {
        return m >= 0 && m < words.marks && words.mark[m] == entry && words.markIs[m] == '\n';
    }

    /** A straight quote closes what is open, unless it can only open; apostrophes do neither. */
    private void straight(Words words, int i, int mark) {
        int before = words.text.kind(words.start[i] - 1);
        int after = words.text.kind(words.end[i]);
        boolean canClose = (after & Letters.WORD) == 0;
        boolean onlyOpens = (before & Letters.SPACE) != 0 && (after & Letters.SPACE) == 0;
        if (canClose && !onlyOpens && close(i, mark)) {
            return;
        }
        if ((before & Letters.WORD) == 0 && (mark != '\'' || (after & Letters.SPACE) == 0)) {
            push(i, mark);
        }
    }

    private void curly(Words words, int i, int mark) {
        int closing = CLOSING.indexOf(mark);
        boolean apostrophe = mark == '’' && words.text.isWord(words.end[i]);
        if (closing >= 0 && !apostrophe) {
            for (int k = closing; k >= 0; k = CLOSING.lastIndexOf(mark, k - 1)) {
                if (close(i, OPENING.charAt(k))) {
                    return;
                }
            }
        }
        if (OPENING.indexOf(mark) >= 0) {
            push(i, mark);
        }
    }

    private void push(int entry, int mark) {
        if (open == DEEPEST) {
            System.arraycopy(openMark, 1, openMark, 0, DEEPEST - 1);
            System.arraycopy(openEntry, 1, openEntry, 0, DEEPEST - 1);
            open--;
        }
        openMark[open] = mark;
        openEntry[open] = entry;
        open++;
    }

    /** Covers from the innermost quote of a kind that is open, and returns whether there was one. */
    private boolean close(int entry, int mark) {
        for (int k = open - 1; k >= 0; k--) {
            if (openMark[k] == mark) {
                cover(openEntry[k], entry);
                open = k;
                return true;
            }
        }
        return false;
    }

    private void cover(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            cover[i] = (byte) Math.max(cover[i], QUOTED);
        }
    }

    /** Single quotes do not reach over lines, for they may be apostrophes. */
    private void forgetSingleQuotes() {
        int kept = 0;
        for (int k = 0; k < open; k++) {
            if (openMark[k] != '\'' && openMark[k] != '‘') {
                openMark[kept] = openMark[k];
                openEntry[kept++] = openEntry[k];
            }
        }
        open = kept;
    }
}
