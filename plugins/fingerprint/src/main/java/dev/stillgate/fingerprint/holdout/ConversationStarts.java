package dev.stillgate.fingerprint.holdout;

/**
 * The first texts of each member's recent conversations. An agent with a truncated history sends the first text of a
 * conversation again with each step, which is not a new conversation. Not thread-safe.
 */
final class ConversationStarts {
    /** Number of concurrent conversations that are tracked for a member. */
    private static final int SLOTS_PER_MEMBER = 4;

    /** Seconds without its text after which a conversation has ended. */
    private static final int EXPIRY_SECONDS = 600;

    private int[] textHashes;
    private int[] seconds;

    ConversationStarts(int members) {
        textHashes = new int[members * SLOTS_PER_MEMBER];
        seconds = new int[members * SLOTS_PER_MEMBER];
    }

    /**
     * Returns whether a text repeats the first text of a running conversation of the member.
     *
     * @param text hash of the text, 0 for none
     * @param second of the epoch
     */
    boolean continuesConversation(int memberIndex, long text, int second) {
        int slot = text == 0 ? -1 : slotOf(memberIndex, Long.hashCode(text));
        if (slot < 0 || second - seconds[slot] >= EXPIRY_SECONDS) {
            return false;
        }
        seconds[slot] = second;
        return true;
    }

    /** Records the first text of a conversation, in place of the oldest one. */
    void begin(int memberIndex, long text, int second) {
        if (text == 0) {
            return;
        }
        int slot = slotOf(memberIndex, Long.hashCode(text));
        if (slot < 0) {
            slot = oldestSlot(memberIndex);
        }
        textHashes[slot] = Long.hashCode(text);
        seconds[slot] = second;
    }

    /**
     * Adds members.
     *
     * @param members new number of members
     * @param newIndexes new index of each present member
     */
    void grow(int members, int[] newIndexes) {
        int[] movedTextHashes = new int[members * SLOTS_PER_MEMBER];
        int[] movedSeconds = new int[members * SLOTS_PER_MEMBER];
        for (int oldIndex = 0; oldIndex < newIndexes.length; oldIndex++) {
            System.arraycopy(
                    textHashes,
                    oldIndex * SLOTS_PER_MEMBER,
                    movedTextHashes,
                    newIndexes[oldIndex] * SLOTS_PER_MEMBER,
                    SLOTS_PER_MEMBER);
            System.arraycopy(
                    seconds,
                    oldIndex * SLOTS_PER_MEMBER,
                    movedSeconds,
                    newIndexes[oldIndex] * SLOTS_PER_MEMBER,
                    SLOTS_PER_MEMBER);
        }
        textHashes = movedTextHashes;
        seconds = movedSeconds;
    }

    private int slotOf(int memberIndex, int text) {
        for (int slot = memberIndex * SLOTS_PER_MEMBER; slot < (memberIndex + 1) * SLOTS_PER_MEMBER; slot++) {
            if (textHashes[slot] == text) {
                return slot;
            }
        }
        return -1;
    }

    private int oldestSlot(int memberIndex) {
        int oldestSlot = memberIndex * SLOTS_PER_MEMBER;
        for (int slot = oldestSlot + 1; slot < (memberIndex + 1) * SLOTS_PER_MEMBER; slot++) {
            oldestSlot = seconds[slot] < seconds[oldestSlot] ? slot : oldestSlot;
        }
        return oldestSlot;
    }
}
