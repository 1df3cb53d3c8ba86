package dev.stillgate.canary.text.markdown;

/**
 * State machine that decides whether the current position of a Markdown text is prose. It uses only the first character
 * of each word and the number of words, so both forms of a pair lead to the same decision.
 */
public final class MarkdownState {
    private static final int PROSE_WORDS = 10;
    private static final int SENTENCE_WORDS = 13;
    private static final int VERSE_WORDS = 16;
    private static final int LOWER_START_WORDS = 20;
    private static final int LABEL_WORDS = 4;
    private static final int FENCE = 3;
    private static final int CODE_INDENT = 4;
    /** Underscores that make a gap to be filled in. */
    private static final int GAP = 3;

    private enum Line {
        START,
        FENCE_RUN,
        MARKER,
        NUMBER,
        NUMBER_DOT,
        TEXT,
        ITEM,
        SHUT
    }

    private enum Text {
        UNKNOWN,
        PROSE,
        VERSE
    }

    private final InlineSpans inline = new InlineSpans();
    private Line line = Line.START;
    private Text text = Text.UNKNOWN;
    /** Whether the rest of the text is not prose: it is data, or an exercise with gaps or struck words. */
    private boolean dead;

    private boolean anything;
    private boolean inList;
    private boolean lineBefore;
    private boolean shortBefore;
    private boolean ended;
    /** Whether the previous line is prose that was wrapped at its length. */
    private boolean wrapped;
    /** Whether the line begins in lower case, as code does. */
    private boolean lowerStart;

    /** Whether the line so far is a label, such as a speaker's name. */
    private boolean label;

    /** Number of underscores in a row. */
    private int gap;

    private int indent;
    private int lineWords;
    private int fenceChar;
    private int fenceRun;
    private int run;
    private char previous;

    public void begin() {
        inline.begin();
        line = Line.START;
        text = Text.UNKNOWN;
        dead = anything = inList = lineBefore = shortBefore = ended = wrapped = lowerStart = label = false;
        indent = lineWords = fenceChar = fenceRun = run = gap = 0;
        previous = '\n';
    }

    /** Returns whether a word that begins here may be prose, regardless of the number of words so far. */
    public boolean open() {
        return !dead && fenceChar == 0 && (line == Line.TEXT || line == Line.ITEM) && inline.open();
    }

    /** Returns whether there is enough text to tell prose from verse, lists of names or dialogue. */
    public boolean ready() {
        if (lowerStart && lineWords < LOWER_START_WORDS) {
            return false;
        }
        if (line == Line.TEXT) {
            return (text == Text.PROSE && !shortBefore)
                    || lineWords >= (text == Text.VERSE || shortBefore ? VERSE_WORDS : PROSE_WORDS);
        }
        return text != Text.VERSE || lineWords >= VERSE_WORDS;
    }

    /** Returns whether the text does not look like verse, even if there is too little to tell. */
    public boolean maybeReady() {
        return text != Text.VERSE && !shortBefore && !(lowerStart && lineWords < LOWER_START_WORDS);
    }

    /** Counts words of the line. */
    public void words(int count) {
        lineWords += count;
    }

    /** Called at the first character of a word. */
    public void wordStarts(char first) {
        if (line == Line.START || line == Line.FENCE_RUN || line == Line.MARKER) {
            startText(first);
        } else if (line == Line.NUMBER_DOT) {
            line = Line.TEXT;
        } else if (label) {
            line = Line.SHUT;
        }
        label = false;
        if (fenceChar == 0) {
            inline.wordStarts(first);
        }
        ended = false;
        gap = 0;
        previous = first;
    }

    private void startText(char first) {
        boolean wasRun = line == Line.FENCE_RUN;
        boolean wasStart = line == Line.START;
        anything = true;
        if (wasRun) {
            endRun();
        }
        if (line == Line.SHUT || (line == Line.MARKER && previous != '*' && previous != '_')) {
            line = Line.SHUT;
            return;
        }
        if (indent >= CODE_INDENT && !inList) {
            line = Line.SHUT;
            return;
        }
        if (indent == 0 && !lineBefore) {
            inList = false;
        }
        lowerStart = Character.isLowerCase(first) && !wrapped;
        line = wasStart && Character.isDigit(first) ? Line.NUMBER : Line.TEXT;
    }

    /** Called for a character outside words. */
    public void mark(char c) {
        if (c == ' ' && fenceChar == 0 && (line == Line.TEXT || line == Line.ITEM)) {
            inline.space();
            previous = c;
            return;
        }
        if (c == '\n') {
            endLine();
            previous = '\n';
            return;
        }
        switch (line) {
            case START -> startLine(c);
            case FENCE_RUN -> fenceRun(c);
            case MARKER -> marker(c);
            case NUMBER, NUMBER_DOT -> number(c);
            default -> inside(c);
        }
        if (fenceChar == 0) {
            inline.mark(c);
        }
        if (c != ' ' && c != '\r' && c != '*' && c != '_') {
            ended = c == '.' || c == '!' || c == '?' || c == ':' || c == ')';
        }
        previous = c;
    }

    private void startLine(char c) {
        if (c == ' ' || c == '\t' || c == '\r') {
            indent += c == ' ' ? 1 : c == '\t' ? CODE_INDENT : 0;
            return;
        }
        if (!anything && (c == '{' || c == '<')) {
            dead = true;
        }
        anything = true;
        switch (c) {
            case '`', '~' -> {
                line = Line.FENCE_RUN;
                run = 1;
            }
            case '-', '*', '+', '•', '–', '_' -> line = Line.MARKER;
            case '(', '“', '"', '‘', '\'' -> {
                boolean code = indent >= CODE_INDENT && !inList;
                line = code ? Line.SHUT : Line.TEXT;
            }
            default -> line = Line.SHUT;
        }
    }

    private void fenceRun(char c) {
        if (c == previous) {
            run++;
        } else if (closesFence() && (c == ' ' || c == '\t' || c == '\r')) {
            fenceChar = 0;
            line = Line.SHUT;
        } else {
            endRun();
        }
    }

    private boolean closesFence() {
        return fenceChar != 0 && previous == fenceChar && run >= fenceRun;
    }

    private void endRun() {
        if (fenceChar == 0 && run >= FENCE) {
            fenceChar = previous;
            fenceRun = run;
            line = Line.SHUT;
            inline.begin();
        } else if (fenceChar != 0) {
            line = Line.SHUT;
        } else {
            line = previous == '`' ? Line.TEXT : Line.SHUT;
        }
    }

    private void marker(char c) {
        if (c == ' ' || c == '\t') {
            boolean code = indent >= CODE_INDENT && !inList;
            line = previous == '_' || code ? Line.SHUT : Line.ITEM;
            inList = !code;
        } else if (c != previous || c == '-' || c == '+') {
            line = previous == '*' || previous == '_' ? Line.TEXT : Line.SHUT;
        }
    }

    private void number(char c) {
        if (line == Line.NUMBER && (c == '.' || c == ')')) {
            line = Line.NUMBER_DOT;
        } else if (line == Line.NUMBER_DOT && c == ' ') {
            line = Line.ITEM;
            inList = true;
        } else {
            line = Line.TEXT;
        }
    }

    private void inside(char c) {
        if (line != Line.TEXT && line != Line.ITEM) {
            return;
        }
        boolean neutral = c == ' ' || c == '*' || c == '_';
        label = (label && neutral) || (c == ':' && line == Line.TEXT && lineWords <= LABEL_WORDS);
        gap = c == '_' ? gap + 1 : 0;
        dead |= inline.codeRun() == 0 && (gap == GAP || (c == '~' && previous == '~'));
        if (c == '|' || inline.isCode(c)) {
            line = Line.SHUT;
        }
    }

    private void endLine() {
        if (line == Line.FENCE_RUN) {
            if (closesFence()) {
                fenceChar = 0;
                line = Line.SHUT;
            } else {
                endRun();
            }
        }
        boolean blank = line == Line.START;
        if (blank) {
            inline.endParagraph();
            lineBefore = shortBefore = false;
        } else {
            judgeLine();
            lineBefore = true;
        }
        wrapped = line == Line.TEXT && !ended && lineWords >= PROSE_WORDS;
        inline.endLine();
        if (fenceChar == 0 && inline.codeRun() >= FENCE) {
            fenceChar = '`';
            fenceRun = inline.codeRun();
            inline.begin();
        }
        line = Line.START;
        indent = lineWords = run = 0;
        ended = lowerStart = label = false;
    }

    /** Classifies a finished line as prose or verse. */
    private void judgeLine() {
        if (line == Line.TEXT || line == Line.NUMBER) {
            if (lineWords >= VERSE_WORDS || (lineWords >= SENTENCE_WORDS && ended && text != Text.VERSE)) {
                text = Text.PROSE;
                shortBefore = false;
            } else if (lineWords < PROSE_WORDS) {
                text = shortBefore ? Text.VERSE : text;
                shortBefore = true;
            }
            if (previous == ':' && text == Text.PROSE) {
                text = Text.UNKNOWN;
            }
        } else {
            boolean sentences = line == Line.ITEM && lineWords >= VERSE_WORDS;
            boolean kept = text == Text.PROSE || (text == Text.VERSE && (line != Line.ITEM || lineWords < PROSE_WORDS));
            text = sentences ? Text.PROSE : kept ? text : Text.UNKNOWN;
            shortBefore = false;
        }
    }
}
