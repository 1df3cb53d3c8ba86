package dev.stillgate.fingerprint.text;

/**
 * Tokenizer of a text: a sequence of words, numbers, ids and the punctuation that delimits masked spans. Each entry has
 * its position and a keyed hash of its lower-case characters. All features of a text are computed from the entries, so
 * its characters are read once. Reusable; allocates only when it has to grow. Not thread-safe.
 */
final class Words {
    static final byte WORD = 0;

    /** A character of a script without spaces. */
    static final byte LONE = 1;

    /** A number, date or time, or a word that begins with a digit. */
    static final byte NUMBER = 2;

    /** An id, URL or mail address. */
    static final byte ID = 3;

    /** Punctuation. */
    static final byte MARK = 4;

    /** Flag of a mark that repeats a character three or more times. */
    static final int RUN = 1 << 16;

    private static final long SPREAD = 0x9e3779b97f4a7c15L;
    private static final int ID_LENGTH = 6;
    private static final int ID_DIGITS = 3;
    private static final int MAX_NAME_WORDS = 8;
    private static final int EIGHT = 8;
    private static final long EACH = 0x0101010101010101L;

    final FoldedText text = new FoldedText();

    long[] hash = new long[256];
    int[] start = new int[256];
    int[] end = new int[256];
    byte[] kind = new byte[256];

    /** Position of each entry: a word advances it by two, a character of an unspaced script by one. */
    int[] position = new int[256];

    /** Lexicon number of each entry, set by {@link Lexicon#number(Words)}. */
    int[] number = new int[256];

    /** Entries that are in the lexicon, and their number. */
    int[] known = new int[256];

    int knownCount;

    /** Number of entries. */
    int count;

    /** Entries that are punctuation which can mask, the kind of each, and their number. */
    int[] mark = new int[256];

    int[] markKind = new int[256];

    int markCount;

    /** Number of digits, and of letters that are not Latin. */
    int digits;

    int otherScript;

    private final long seed;
    private final long other;
    private final long loneSeed;
    private final long oddSeed;
    private int at;
    private int lastPosition;

    Words(TextKey key) {
        seed = key.seed(1);
        other = key.seed(2);
        loneSeed = key.seed(3);
        oddSeed = key.seed(13);
    }

    void read(char[] chars, int size) {
        text.read(chars, size);
        ensureCapacity(text.length + 1);
        at = 0;
        lastPosition = 0;
        count = 0;
        markCount = 0;
        digits = 0;
        otherScript = 0;
        long carry = 0;
        for (int block = 0; block < text.length; block += Long.SIZE) {
            long inWords = text.which(block, Letters.WORD, 0, 0, 0);
            long signs = text.which(block, Letters.LONE, Letters.NEWLINE, Letters.MARK, Letters.FENCE);
            entries(block, (inWords & ~((inWords << 1) | carry)) | signs);
            carry = inWords >>> (Long.SIZE - 1);
        }
    }

    /**
     * Reads the entries that begin at the marked characters of a block. Starts do not depend on the entry before, so
     * the processor handles several at once. Words of up to 15 plain letters, the bulk of most texts, are hashed here.
     */
    private void entries(int block, long begins) {
        FoldedText from = text;
        long[] hashes = hash;
        int[] starts = start;
        int[] ends = end;
        int[] positions = position;
        byte[] kindsOfEntries = kind;
        int n = count;
        int p = lastPosition;
        long left = begins;
        while (left != 0) {
            int i = block + Long.numberOfTrailingZeros(left);
            left &= left - 1;
            long kinds = from.eightKinds(i);
            long next = from.eightKinds(i + EIGHT);
            long nonWord = ~kinds & (EACH * Letters.WORD);
            long nextNonWord = ~next & (EACH * Letters.WORD);
            long inside = (nonWord - 1) & ~nonWord;
            int size = Long.numberOfTrailingZeros(nonWord) >>> 3;
            long insideNext = (nextNonWord - 1) & ~nextNonWord & -(long) (size >>> 3);
            int sizeOfNext = Long.bitCount(insideNext) >>> 3;
            long odd = ((kinds & inside) | (next & insideNext)) & (EACH * Letters.ODD);
            if (odd != 0 || size == 0 || sizeOfNext == EIGHT || i < at) {
                if (i >= at) {
                    at = i;
                    count = n;
                    lastPosition = p;
                    otherEntry((int) kinds);
                    n = count;
                    p = lastPosition;
                }
                continue;
            }
            long h = TextKey.fold((from.eight(i) & inside) ^ seed, (from.eight(i + EIGHT) & insideNext) ^ other);
            p += 2;
            hashes[n] = h;
            starts[n] = i;
            ends[n] = i + size + sizeOfNext;
            positions[n] = p;
            kindsOfEntries[n] = WORD;
            n++;
        }
        count = n;
        lastPosition = p;
    }

    /** Reads a long word, or one with characters outside of the fast path. */
    private void oddWord() {
        int first = at;
        int stop = text.wordEnd(first);
        long h = oddSeed;
        for (int i = first; i < stop; i += EIGHT) {
            long mask = -1L >>> (Long.SIZE - Byte.SIZE * Math.min(EIGHT, stop - i));
            h = TextKey.fold((text.eight(i) & mask) ^ h, (text.eightUppers(i) & mask) ^ other);
        }
        at = stop;
        add(classify(first, stop), h, first, stop, 2);
        if (kind[count - 1] == NUMBER && !uuid(stop)) {
            extend(stop, Ids.numberEnd(text, stop));
        }
    }

    /** Extends the last entry to a UUID if it is the first part of one, and returns whether it is. */
    private boolean uuid(int hyphen) {
        int first = hyphen - Ids.UUID_HEAD;
        if (count == 0 || start[count - 1] != first || !Ids.uuid(text, first)) {
            return false;
        }
        kind[count - 1] = ID;
        extend(hyphen, first + Ids.UUID_LENGTH);
        return true;
    }

    /** Counts the digits and non-Latin letters of a word, and returns its kind. */
    private byte classify(int from, int to) {
        int numbers = 0;
        for (int i = from; i < to; i++) {
            int letter = text.kind(i);
            numbers += (letter & Letters.DIGIT) == 0 ? 0 : 1;
            otherScript += (letter & Letters.DIGIT) == 0 && Letters.isOtherScript(text.at(i)) ? 1 : 0;
        }
        digits += numbers;
        if (numbers > 0 && (text.kind(from) & Letters.DIGIT) != 0) {
            return NUMBER;
        }
        return numbers >= ID_DIGITS && to - from >= ID_LENGTH ? ID : WORD;
    }

    private void otherEntry(int kinds) {
        int first = at;
        if ((kinds & Letters.WORD) != 0) {
            oddWord();
            return;
        }
        at++;
        if ((kinds & Letters.LONE) != 0) {
            otherScript++;
            add(LONE, TextKey.fold(text.at(first) ^ loneSeed, other), first, at, 1);
        } else if ((kinds & Letters.NEWLINE) != 0) {
            addMark('\n', first);
        } else {
            punctuation(text.at(first), kinds, first);
        }
    }

    private void punctuation(char c, int kinds, int first) {
        if ((kinds & Letters.FENCE) != 0) {
            while (at < text.length && text.at(at) == c) {
                at++;
            }
        }
        int run = at - first;
        if (run >= 3) {
            addMark(c | RUN, first);
        } else if (c == '@') {
            mail(first);
        } else if (c == '-') {
            uuid(first);
        } else if ((kinds & Letters.MARK) != 0 && (run == 1 || c == '`')) {
            addMark(c, first);
            if (c == ':' && Ids.url(text, at)) {
                url();
            }
        }
    }

    private void mail(int first) {
        if (count > 0 && end[count - 1] == first && kind[count - 1] != MARK && text.isWord(at)) {
            count--;
            for (int i = 0; i < MAX_NAME_WORDS && adjoins(count); i++) {
                count--;
            }
            kind[count++] = ID;
            extend(at, Ids.mailEnd(text, at));
        }
    }

    private void url() {
        count--;
        if (adjoins(count)) {
            count--;
        }
        kind[count++] = ID;
        extend(at, Ids.urlEnd(text, at));
    }

    /** Returns whether the word before an entry touches it or is one joining character away. */
    private boolean adjoins(int entry) {
        if (entry == 0 || kind[entry - 1] == MARK || kind[entry - 1] == LONE) {
            return false;
        }
        int gap = start[entry] - end[entry - 1];
        return gap == 0 || (gap == 1 && Ids.joins(text.at(end[entry - 1])));
    }

    /** Extends the last entry. */
    private void extend(int from, int to) {
        for (int i = from; i < to; i++) {
            digits += (text.kind(i) & Letters.DIGIT) == 0 ? 0 : 1;
        }
        end[count - 1] = to;
        at = to;
    }

    /** Adds punctuation; only marks that can mask are listed. */
    private void addMark(int value, int first) {
        listMark(value, count);
        add(MARK, value * SPREAD, first, at, 0);
    }

    private void listMark(int value, int entry) {
        mark[markCount] = entry;
        markKind[markCount] = value;
        markCount += value == '<' || value == '>' || value == ':' ? 0 : 1;
    }

    private void add(byte what, long value, int from, int to, int weight) {
        int n = count;
        lastPosition += weight;
        kind[n] = what;
        hash[n] = value;
        start[n] = from;
        end[n] = to;
        position[n] = lastPosition;
        count = n + 1;
    }

    private void ensureCapacity(int entries) {
        if (hash.length < entries) {
            int capacity = Math.max(entries, 2 * hash.length);
            hash = new long[capacity];
            start = new int[capacity];
            end = new int[capacity];
            kind = new byte[capacity];
            position = new int[capacity];
            number = new int[capacity];
            known = new int[capacity];
            mark = new int[capacity];
            markKind = new int[capacity];
        }
    }

    /** Returns the keyed hash of the text, ignoring white space and letter case; 0 for an empty text. */
    long whole() {
        return text.hash(seed, other);
    }
}
