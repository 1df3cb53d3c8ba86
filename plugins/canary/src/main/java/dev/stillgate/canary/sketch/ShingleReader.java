package dev.stillgate.canary.sketch;

import java.util.Arrays;

/**
 * Streaming reader of a text's shingles: all runs of six words. Words are letters and digits in lower case; layout,
 * punctuation and Markdown are skipped. Reads any input, split anywhere, in constant space. Not thread-safe.
 *
 * <p>A reader of served text keeps shingles within sentences and lines of at least six words, so that deleting a
 * sentence leaves the shingles of its neighbours as they were. A reader of leaked text returns all runs, a superset
 * that does not depend on punctuation or line breaks.
 */
public final class ShingleReader {
    /** Words of a shingle. */
    public static final int WORDS = 6;

    private static final long PRIME = 0x100000001b3L;
    private static final int RING = 8;
    private static final int LONGEST_ITEM_NUMBER = 3;
    private static final int LONGEST_LINK = 2048;

    private static final byte OTHER = 0;
    private static final byte LETTER = 1;
    private static final byte DIGIT = 2;
    private static final byte JOINER = 3;
    private static final byte STOP = 4;
    private static final byte SPACE = 5;
    private static final byte LINE = 6;
    private static final byte IDEOGRAPH = 7;
    private static final byte FULL_STOP = 8;
    private static final byte[] ASCII = new byte[128];

    static {
        Arrays.fill(ASCII, 'a', 'z' + 1, LETTER);
        Arrays.fill(ASCII, 'A', 'Z' + 1, LETTER);
        Arrays.fill(ASCII, '0', '9' + 1, DIGIT);
        ASCII['\''] = JOINER;
        ASCII['.'] = ASCII['!'] = ASCII['?'] = STOP;
        ASCII[' '] = ASCII['\t'] = SPACE;
        ASCII['\n'] = ASCII['\r'] = LINE;
    }

    /** Receives the shingles of a text in order. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Called for each shingle.
         *
         * @param hash of the shingle
         * @param end number of words of the text up to the shingle's end
         */
        void shingle(long hash, int end);
    }

    private final SketchKey key;
    private final Sink sink;
    private final boolean served;
    private final long[] ring = new long[RING];

    /** Words of the text, and words of the current sentence. */
    private int words;

    private int sentence;
    private long word;
    private int length;
    private boolean digits;
    private boolean stopped;
    private boolean lineStart = true;
    private char last;
    /** Characters of a link's target that were skipped, 0 outside a target. */
    private int link;

    private ShingleReader(SketchKey key, Sink sink, boolean served) {
        this.key = key;
        this.sink = sink;
        this.served = served;
    }

    /** Creates a reader of a served block of text. */
    public static ShingleReader ofServed(SketchKey key, Sink sink) {
        return new ShingleReader(key, sink, true);
    }

    /** Creates a reader of a leaked text. */
    public static ShingleReader ofLeaked(SketchKey key, Sink sink) {
        return new ShingleReader(key, sink, false);
    }

    /** Reads more of the text. */
    public void read(CharSequence text) {
        int count = text.length();
        int i = 0;
        while (i < count) {
            int run = link == 0 && length > 0 ? letters(text, i, count) : i;
            if (run > i) {
                i = run;
            } else {
                read(text.charAt(i++));
            }
        }
    }

    /** Fast path: reads ASCII letters within a word, and returns the index of the first other character. */
    private int letters(CharSequence text, int from, int to) {
        long hash = word;
        char before = last;
        int i = from;
        for (; i < to; i++) {
            char c = text.charAt(i);
            if (c >= 128 || ASCII[c] != LETTER) {
                break;
            }
            hash = (hash ^ (c | 0x20)) * PRIME;
            before = c;
        }
        word = hash;
        last = before;
        length += i - from;
        digits &= i == from;
        return i;
    }

    /** Ends the text; another may follow, which shares no shingle with it. */
    public void end() {
        endWord('\n');
        sentence = 0;
        stopped = false;
        lineStart = true;
        link = 0;
        last = 0;
    }

    private void read(char c) {
        if (link > 0) {
            skipLink(c);
            return;
        }
        byte type = c < 128 ? ASCII[c] : typeOf(c);
        if (type == LETTER || type == DIGIT) {
            if (length == 0) {
                word = key.wordSeed();
                digits = true;
                stopped = false;
            }
            length++;
            digits &= type == DIGIT;
            word = (word ^ (c < 128 ? (type == LETTER ? c | 0x20 : c) : Character.toLowerCase(c))) * PRIME;
        } else if (type != JOINER) {
            separator(c, type);
        }
        last = c;
    }

    private void separator(char c, byte type) {
        endWord(c);
        switch (type) {
            case STOP -> stopped |= sentence > 0;
            case LINE -> {
                endSentence();
                lineStart = true;
            }
            case SPACE -> {
                if (stopped) {
                    endSentence();
                }
            }
            case FULL_STOP -> endSentence();
            case IDEOGRAPH -> {
                word = (key.wordSeed() ^ c) * PRIME;
                length = 1;
                digits = false;
                endWord(c);
            }
            default -> link = c == '(' && last == ']' ? 1 : 0;
        }
    }

    private void skipLink(char c) {
        link = c == ')' || c == '\n' || link == LONGEST_LINK ? 0 : link + 1;
        if (c == '\n') {
            separator(c, LINE);
        }
        last = c;
    }

    /** Ends the word before a separator. The number of a list item, such as "2.", is dropped. */
    private void endWord(char separator) {
        if (length == 0) {
            return;
        }
        boolean number = digits && lineStart && length <= LONGEST_ITEM_NUMBER && (separator == '.' || separator == ')');
        length = 0;
        lineStart = false;
        if (number) {
            return;
        }
        ring[words & (RING - 1)] = word;
        words++;
        sentence++;
        if (sentence >= WORDS) {
            sink.shingle(key.shingle(ring, words), words);
        }
    }

    /** Ends a sentence, unless it is shorter than a shingle; a short one is joined with the next. */
    private void endSentence() {
        stopped = false;
        if (served && sentence >= WORDS) {
            sentence = 0;
        }
    }

    private static byte typeOf(char c) {
        if (c == '’' || c == 'ʼ') {
            return JOINER;
        }
        if (c == '。' || c == '！' || c == '？') {
            return FULL_STOP;
        }
        int type = Character.getType(c);
        return switch (type) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> JOINER;
            case Character.SPACE_SEPARATOR -> SPACE;
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> LINE;
            case Character.OTHER_LETTER -> isWordless(c) ? IDEOGRAPH : LETTER;
            default -> Character.isLetterOrDigit(c) ? LETTER : OTHER;
        };
    }

    /** Returns whether a script has no spaces between words: Han and Kana. */
    private static boolean isWordless(char c) {
        return (c >= '\u2e80' && c <= '\u9fff') || (c >= '\uf900' && c <= '\ufaff');
    }
}
