package dev.stillgate.fingerprint.holdout;

/**
 * The texts by which the members of a trial began their last conversations. An agent whose history is cut sends the text that
 * began a conversation again with each step, often of several conversations at once; it begins none by that. One thread only.
 */
final class ConversationStarts {
    /** How many conversations of a member are held to go on at once. */
    private static final int EACH = 4;

    /** After how many seconds without its text a conversation is over. */
    private static final int OVER = 600;

    private int[] texts;
    private int[] seconds;

    ConversationStarts(int members) {
        texts = new int[members * EACH];
        seconds = new int[members * EACH];
    }

    /**
     * Takes a text and returns whether it goes on with a conversation of the member's.
     *
     * @param text its hash, 0 for none
     * @param second of the epoch
     */
    boolean goesOn(int member, long text, int second) {
        int place = text == 0 ? -1 : place(member, Long.hashCode(text));
        if (place < 0 || second - seconds[place] >= OVER) {
            return false;
        }
        seconds[place] = second;
        return true;
    }

    /** Takes a text that begins a conversation, in place of the one that was heard of the longest ago. */
    void begin(int member, long text, int second) {
        if (text == 0) {
            return;
        }
        int place = place(member, Long.hashCode(text));
        if (place < 0) {
            place = stalest(member);
        }
        texts[place] = Long.hashCode(text);
        seconds[place] = second;
    }

    /**
     * Makes room for more members.
     *
     * @param to the place that each of those there were has from here on
     */
    void grow(int members, int[] to) {
        int[] movedTexts = new int[members * EACH];
        int[] movedSeconds = new int[members * EACH];
        for (int old = 0; old < to.length; old++) {
            System.arraycopy(texts, old * EACH, movedTexts, to[old] * EACH, EACH);
            System.arraycopy(seconds, old * EACH, movedSeconds, to[old] * EACH, EACH);
        }
        texts = movedTexts;
        seconds = movedSeconds;
    }

    private int place(int member, int text) {
        for (int place = member * EACH; place < (member + 1) * EACH; place++) {
            if (texts[place] == text) {
                return place;
            }
        }
        return -1;
    }

    private int stalest(int member) {
        int stalest = member * EACH;
        for (int place = stalest + 1; place < (member + 1) * EACH; place++) {
            stalest = seconds[place] < seconds[stalest] ? place : stalest;
        }
        return stalest;
    }
}
