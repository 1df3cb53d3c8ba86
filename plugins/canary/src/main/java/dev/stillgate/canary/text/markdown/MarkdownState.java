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
    private final MachineText machine = new MachineText();
    private Line line = Line.START;
    private Text text = Text.UNKNOWN;
    /** Whether the rest of the text is not prose: it is data, or an exercise with gaps or struck words. */
    private boolean dead;

    /** Whether the text so far is a word in braces, or the beginning of one. */
    private boolean brace;

    private boolean anything;
    private boolean inList;
    private boolean lineBefore;
    private boolean shortBefore;
    private boolean ended;
    /** Whether the last line announces what follows: it ends with a colon. */
    private boolean announced;

    /** Whether the line so far has a word that may announce edits. */
    private boolean edits;
    /** Whether the last line announces edits, which may be a list. */
    private boolean announcedEdits;

    /** Whether the paragraph or item is what such a line announces. */
    private boolean quoted;
    /** Whether the line so far ends with a tag. */
    private boolean tagEnded;

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
    /** Whether the first word of the line begins in lower case. */
    private boolean lowerFirst;

    private int fenceChar;
    private int fenceRun;
    /** Number of open fences: one with a language within a fence opens another. */
    private int fences;
    /** Whether spaces follow the run of a fence. */
    private boolean afterFence;

    private int run;
    private char previous;

    public void begin() {
        inline.begin();
        machine.begin();
        line = Line.START;
        text = Text.UNKNOWN;
        dead = anything = inList = lineBefore = shortBefore = ended = wrapped = lowerStart = label = false;
        lowerFirst = afterFence = brace = tagEnded = false;
        announced = announcedEdits = edits = quoted = false;
        indent = lineWords = fenceChar = fenceRun = fences = run = gap = 0;
        previous = '\n';
    }

    /** Returns whether a word that begins here may be prose, regardless of the number of words so far. */
    public boolean open() {
        return !dead
                && !quoted
                && machine.isOpen()
                && fenceChar == 0
                && (line == Line.TEXT || line == Line.ITEM)
                && inline.open();
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
        return (text != Text.VERSE && !isValue()) || lineWords >= VERSE_WORDS;
    }

    /** Returns whether the text so far in a tag may be a short value that a machine reads. */
    private boolean isValue() {
        return machine.tags.isValue() && text != Text.PROSE;
    }

    /** Returns whether a tag is being read, so that {@link #tag} takes the letters of its words. */
    public boolean inTag() {
        return machine.tags.inside();
    }

    /** Takes a character of a word in a tag. */
    public void tag(char c) {
        machine.tags.take(c);
    }

    /** Returns whether the text does not look like verse, even if there is too little to tell. */
    public boolean maybeReady() {
        return text != Text.VERSE && !isValue() && !shortBefore && !(lowerStart && lineWords < LOWER_START_WORDS);
    }

    /** Called for a word that may announce edits, which follow after a colon. */
    public void announcesEdits() {
        edits = true;
    }

    /** Counts words of the line. */
    public void words(int count) {
        lineWords += count;
    }

    /** Called at the first character of a word. */
    public void wordStarts(char first) {
        if (fenceChar == 0) {
            lowerFirst = machine.isHead() ? Character.isLowerCase(first) : lowerFirst;
            machine.wordStarts();
            if (previous == ',' && !Character.isDigit(first) && open()) {
                machine.begins();
            }
        }
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
        ended = tagEnded = false;
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
        quoted |= announced && wasStart && line == Line.TEXT;
    }

    /** Called for a character outside words. */
    public void mark(char c) {
        if (inTag()) {
            machine.tags.take(c);
        }
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
            machine.mark(c, inline.codeRun() > 0);
            if (c == ':' && isKey()) {
                machine.key();
            }
        }
        brace &= c == '{' || c == '}' || c == ' ' || c == '_';
        if (c != ' ' && c != '\r' && c != '*' && c != '_') {
            ended = c == '.' || c == '!' || c == '?' || c == ':' || c == ')';
            tagEnded = c == '>';
        }
        previous = c;
    }

    private void startLine(char c) {
        if (c == ' ' || c == '\t' || c == '\r') {
            indent += c == ' ' ? 1 : c == '\t' ? CODE_INDENT : 0;
            return;
        }
        brace = !anything && c == '{';
        dead |= brace;
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
            afterFence = true;
        } else {
            endRun();
        }
    }

    private boolean closesFence() {
        return fenceChar != 0 && (afterFence || previous == fenceChar) && run >= fenceRun;
    }

    private void endRun() {
        if (fenceChar == 0 && run >= FENCE) {
            fenceChar = previous;
            fenceRun = run;
            fences = 1;
            line = Line.SHUT;
            inline.begin();
        } else if (fenceChar != 0) {
            fences += closesFence() ? 1 : 0;
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
            quoted = announcedEdits;
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
            quoted = announcedEdits;
        } else {
            line = Line.TEXT;
        }
    }

    private void inside(char c) {
        if (line != Line.TEXT && line != Line.ITEM) {
            return;
        }
        boolean neutral = c == ' ' || c == '*' || c == '_';
        if (inline.open() && isMachineText(c)) {
            machine.begins();
        }
        label = (label && neutral) || (c == ':' && line == Line.TEXT && lineWords <= LABEL_WORDS);
        gap = c == '_' ? gap + 1 : 0;
        dead |= inline.codeRun() == 0 && (gap == GAP || (c == '~' && previous == '~'));
        if (c == '|' || inline.isCode(c)) {
            line = Line.SHUT;
        }
    }

    /** Returns whether the line so far is one word in lower case, and not the rest of a wrapped sentence. */
    private boolean isKey() {
        return lineWords == 1 && lowerFirst && (line == Line.ITEM || (line == Line.TEXT && !wrapped));
    }

    /** Returns whether a character shows replacements, values in a row, or a block of YAML. */
    private boolean isMachineText(char c) {
        return switch (c) {
            case '>' -> previous == '-' || label;
            case '→', '\t' -> lineWords > 0;
            case '"', ',' -> previous == ',';
            case '|' -> label;
            default -> false;
        };
    }

    private void endLine() {
        if (line == Line.FENCE_RUN) {
            if (closesFence()) {
                fences--;
                fenceChar = fences == 0 ? 0 : fenceChar;
                line = Line.SHUT;
            } else {
                endRun();
            }
        }
        boolean blank = line == Line.START;
        if (blank) {
            inline.endParagraph();
            lineBefore = shortBefore = quoted = false;
        } else {
            announced = previous == ':' && line == Line.TEXT;
            announcedEdits = announced && edits;
            judgeLine();
            lineBefore = true;
        }
        if (brace) {
            dead = previous != '}';
            brace = false;
        }
        boolean inValue = machine.tags.isValue();
        if (machine.endLine(tagEnded)) {
            inline.begin();
        }
        if (!inValue && machine.tags.isValue()) {
            text = Text.UNKNOWN;
        }
        wrapped = line == Line.TEXT && !ended && lineWords >= PROSE_WORDS;
        inline.endLine();
        if (fenceChar == 0 && inline.codeRun() >= FENCE) {
            fenceChar = '`';
            fenceRun = inline.codeRun();
            fences = 1;
            inline.begin();
        }
        line = Line.START;
        indent = lineWords = run = 0;
        ended = tagEnded = lowerStart = lowerFirst = label = afterFence = edits = false;
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
