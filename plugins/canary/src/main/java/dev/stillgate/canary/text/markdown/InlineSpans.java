package dev.stillgate.canary.text.markdown;

/**
 * Tracks inline spans that are not prose: code, quotes, emphasis, brackets, placeholders, tags, links and mathematics.
 * Emphasized text is often a title, a label or a word that is the subject of its sentence.
 */
public final class InlineSpans {
    private static final int DEEPEST = 1_000;

    private int codeRun;
    private int run;
    /** Whether a triple-quoted text, as in source code, is open. */
    private boolean docs;

    private boolean comment;
    private boolean doubleQuote;
    /** The mark that closes the open quotation of “, „, « or », 0 if none is open. */
    private char closingQuote;

    private boolean singleQuote;
    private boolean emphasis;
    /** The character before the current run of asterisks or underscores. */
    private char beforeEmphasis;

    private boolean tag;
    private boolean link;
    private boolean dollars;
    private boolean dollarBlock;
    private boolean texBlock;
    private int brackets;
    private int braces;
    private int calls;
    /** Whether a bracket directly after a letter or digit is open, as in {@code P(A)}. */
    private boolean call;

    private char beforePrevious;
    private char previous;

    void begin() {
        codeRun = run = 0;
        docs = doubleQuote = false;
        closingQuote = 0;
        previous = beforePrevious = '\n';
        endParagraph();
        endLine();
    }

    /** Ends a paragraph. English quotations continue, because the closing mark may follow in a later paragraph. */
    void endParagraph() {
        codeRun = 0;
        closingQuote = closingQuote == '”' ? closingQuote : 0;
        comment = dollarBlock = texBlock = false;
    }

    void endLine() {
        endRun();
        singleQuote = emphasis = tag = link = dollars = call = false;
        brackets = braces = calls = 0;
        previous = beforePrevious = '\n';
    }

    /** Returns the number of backticks that opened the current code span, 0 outside code. */
    int codeRun() {
        return codeRun;
    }

    boolean open() {
        return plain() && !call && !emphasis;
    }

    private boolean plain() {
        return codeRun == 0
                && !(doubleQuote || closingQuote != 0 || singleQuote || tag || link)
                && !(dollars || dollarBlock || texBlock || docs || comment)
                && brackets == 0
                && braces == 0;
    }

    /** Returns whether a character, given those before it, indicates source code outside any span. */
    boolean isCode(char c) {
        if (c == ' ' || c == ',' || c == '.' || !plain()) {
            return false;
        }
        if (c == '(' && Character.isLetterOrDigit(previous)) {
            calls++;
        }
        return c == '='
                || (c == '/' && previous == '/' && beforePrevious != ':')
                || (c == ')' && previous == '(' && calls > 0)
                || calls > 1
                || (c == '>' && previous == '-')
                || (c == ';' && previous == ')');
    }

    void wordStarts(char first) {
        endRun();
        if (plain()) {
            emphasis |= isEmphasis(previous) && isLead(beforeEmphasis);
            dollars = previous == '$' && Character.isLetter(first);
            tag = previous == '<' && Character.isLetter(first);
            singleQuote = (previous == '\'' || previous == '‘') && isLead(beforePrevious);
        }
        shift('a');
    }

    /** Called for a space, which only ends a run of backticks. */
    void space() {
        endRun();
        shift(' ');
    }

    void mark(char c) {
        if (c == '`') {
            run++;
            shift(c);
            return;
        }
        endRun();
        if (codeRun == 0) {
            span(c);
        }
        shift(c);
    }

    private void span(char c) {
        if (isEmphasis(c)) {
            beforeEmphasis = isEmphasis(previous) ? beforeEmphasis : previous;
            emphasis &= isLead(previous);
        }
        switch (c) {
            case '"' -> {
                docs ^= previous == '"' && beforePrevious == '"';
                doubleQuote = isLead(previous);
            }
            case '*' -> comment |= previous == '/' && beforePrevious == '\n';
            case '“', '”', '„', '«', '»' -> curlyQuote(c);
            case '\'', '’' -> singleQuote &= isLead(previous);
            case '[' -> {
                brackets = Math.min(DEEPEST, brackets + 1);
                texBlock |= previous == '\\';
            }
            case ']' -> {
                brackets = Math.max(0, brackets - 1);
                texBlock &= previous != '\\';
            }
            case '(' -> {
                link |= previous == ']';
                call |= Character.isLetterOrDigit(previous);
                texBlock |= previous == '\\';
            }
            case ')' -> {
                link = call = false;
                texBlock &= previous != '\\';
            }
            case '{' -> braces = Math.min(DEEPEST, braces + 1);
            case '}' -> braces = Math.max(0, braces - 1);
            case '/', '!' -> {
                tag |= previous == '<';
                comment &= previous != '*';
            }
            case '>' -> tag = false;
            case '$' -> dollar();
            default -> dollars |= previous == '$' && (c == '\\' || c == '-') && beforePrevious != '$';
        }
    }

    private void curlyQuote(char c) {
        if (closingQuote == 0) {
            closingQuote = switch (c) {
                case '“' -> '”';
                case '„' -> '“';
                case '«' -> '»';
                case '»' -> isLead(previous) ? '«' : 0;
                default -> 0;
            };
        } else if (c == closingQuote || (c == '”' && closingQuote == '“')) {
            closingQuote = 0;
        }
    }

    private void dollar() {
        if (previous == '$') {
            dollarBlock = !dollarBlock;
            dollars = false;
        } else if (dollars) {
            dollars = false;
            previous = 'a';
        }
    }

    private void endRun() {
        if (run > 0) {
            codeRun = codeRun == 0 ? run : codeRun == run ? 0 : codeRun;
            run = 0;
        }
    }

    private void shift(char c) {
        beforePrevious = previous;
        previous = c;
    }

    private static boolean isEmphasis(char c) {
        return c == '*' || c == '_';
    }

    /** Returns whether a quote mark after this character is an opening one. */
    static boolean isLead(char c) {
        return c == '\n' || c == ' ' || c == '\t' || c == '(' || c == '[' || c == '—' || c == '–' || c == '*'
                || c == '_';
    }

    /** Returns whether a word of prose may directly follow this character. */
    public static boolean mayLead(char c) {
        return isLead(c) || c == '“' || c == '"' || c == '‘' || c == '\'';
    }
}
