package dev.stillgate.canary.sketch;

/**
 * Set of the shingles of a leaked text, by bucket and value, with the place of each in the text and the account whose
 * sketches contain it: open addressing in arrays, 20 bytes a place, at most three quarters full. Not thread-safe.
 */
final class LeakedShingles implements ShingleReader.Sink {
    /** Limit on distinct shingles, of a text of some 80 MB. */
    static final int MOST = 12 << 20;

    /** Owner of a shingle in no sketch. */
    static final long NONE = 0;

    /** Owner of a shingle in sketches of several accounts. */
    static final long SEVERAL = -1;

    /** Limit on the words of all texts. */
    static final int MOST_WORDS = 1 << 27;

    private static final int SMALL = 1 << 10;
    private static final long PRESENT = 1L << (Sketch.BITS + 5);

    private long[] shingles = new long[SMALL];
    private int[] ends = new int[SMALL];
    private long[] owners = new long[0];
    private int size;
    private int base;
    private int last;
    private int words;
    private boolean full;

    /** Ends one text and begins another, whose places do not continue those of the first. */
    void next() {
        base = Math.min(MOST_WORDS, base + last + ShingleReader.WORDS);
        last = 0;
    }

    @Override
    public void shingle(long hash, int end) {
        last = end;
        int bucket = Sketch.bucket(hash);
        long shingle = of(bucket, Sketch.value(hash));
        int slot = slot(shingle);
        if (shingles[slot] == shingle || Sketch.value(hash) == 0) {
            return;
        }
        if (size == MOST || base + end > MOST_WORDS) {
            full = true;
            return;
        }
        shingles[slot] = shingle;
        ends[slot] = base + end;
        words = base + end;
        if (++size > shingles.length / 4 * 3) {
            grow();
        }
    }

    private void grow() {
        long[] old = shingles;
        int[] places = ends;
        shingles = new long[old.length * 2];
        ends = new int[old.length * 2];
        for (int i = 0; i < old.length; i++) {
            if (old[i] != 0) {
                int slot = slot(old[i]);
                shingles[slot] = old[i];
                ends[slot] = places[i];
            }
        }
    }

    private static long of(int bucket, long value) {
        return PRESENT | ((long) bucket << Sketch.BITS) | value;
    }

    private int slot(long shingle) {
        int mask = shingles.length - 1;
        int slot = (int) ((shingle * 0x9e3779b97f4a7c15L) >>> 32) & mask;
        while (shingles[slot] != 0 && shingles[slot] != shingle) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Returns the slot of a value of a sketch, or -1 if the text does not contain it. */
    int find(int bucket, long value) {
        int slot = slot(of(bucket, value));
        return value == 0 || shingles[slot] == 0 ? -1 : slot;
    }

    /** Notes that a sketch of an account contains the shingle in a slot. */
    void own(int slot, long account) {
        if (owners.length == 0) {
            owners = new long[shingles.length];
        }
        long before = owners[slot];
        owners[slot] = before == NONE || before == account ? account : SEVERAL;
    }

    /** Returns the only account whose sketches contain the shingle in a slot, or {@link #SEVERAL}. */
    long owner(int slot) {
        return owners.length == 0 ? NONE : owners[slot];
    }

    /** Returns the place in the text of the last word of the shingle in a slot. */
    int end(int slot) {
        return ends[slot];
    }

    /** Returns the number of distinct shingles. */
    int size() {
        return size;
    }

    /** Returns the place after the last new shingle, in words. */
    int words() {
        return words;
    }

    /** Returns whether the limit was reached, so that later shingles are missing. */
    boolean isFull() {
        return full;
    }
}
