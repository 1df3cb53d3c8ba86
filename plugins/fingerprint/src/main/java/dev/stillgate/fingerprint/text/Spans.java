package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * Spans of code, quotes and separated sections in a text, where templates insert their values. One pass with a bounded
 * stack of open quotes, so its time is linear in any text. Reusable. Not thread-safe.
 */
final class Spans {
    static final byte PLAIN = 0;
    static final byte QUOTED = 1;
    static final byte CODE = 2;

    /** Maximum number of open quotes; the oldest is dropped. */
    private static final int MAX_DEPTH = 8;

    private static final int CODE_FENCE = '`' | Words.RUN;
    private static final String OPENING = "“„„«»‹‘「『";
    private static final String CLOSING = "””“»«›’」』";

    /** Kind of the span around each entry. */
    byte[] cover = new byte[256];

    /** Number of characters in code. */
    int codeChars;

    private final int[] openMark = new int[MAX_DEPTH];
    private final int[] openEntry = new int[MAX_DEPTH];
    private int open;
    private int fence;
    private int fenceMark;

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
        for (int m = 0; m < words.markCount; m++) {
            m = mark(words, m);
        }
    }

    /** Handles a mark, and returns the index of the last mark handled. */
    private int mark(Words words, int m) {
        int mark = words.markKind[m];
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

    /**
     * Covers a code span: fenced code up to the closing fence or the end of the text, inline code up to the end of the
     * line.
     */
    private int code(Words words, int m, int mark) {
        boolean fenced = mark == CODE_FENCE;
        int last = m + 1;
        while (last < words.markCount && !endsCode(words.markKind[last], mark, fenced)) {
            last++;
        }
        boolean closed = last < words.markCount && words.markKind[last] == mark;
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

    /** Covers the entries between two equal separator lines. */
    private void separator(Words words, int m, int mark) {
        int entry = words.mark[m];
        boolean begins = entry == 0 || isNewline(words, m - 1, entry - 1);
        boolean ends = entry + 1 == words.count || isNewline(words, m + 1, entry + 1);
        if (!begins || !ends) {
            return;
        }
        if (fence >= 0 && fenceMark == mark) {
            cover(fence, entry);
            fence = -1;
        } else {
            fence = entry;
            fenceMark = mark;
        }
    }

    private static boolean isNewline(Words words, int m, int entry) {
        return m >= 0 && m < words.markCount && words.mark[m] == entry && words.markKind[m] == '\n';
    }

    /** Closes a quote if one of its kind is open, unless the mark can only open one; apostrophes do neither. */
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
        if (open == MAX_DEPTH) {
            System.arraycopy(openMark, 1, openMark, 0, MAX_DEPTH - 1);
            System.arraycopy(openEntry, 1, openEntry, 0, MAX_DEPTH - 1);
            open--;
        }
        openMark[open] = mark;
        openEntry[open] = entry;
        open++;
    }

    /** Closes the innermost open quote of a kind, and returns whether there was one. */
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

    /** Drops open single quotes at the end of a line, since they may be apostrophes. */
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
