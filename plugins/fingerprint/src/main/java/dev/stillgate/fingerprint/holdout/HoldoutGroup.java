package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.stats.EventTimes;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A candidate group and its traffic since it was selected. The selection used older data only, so the traffic is a
 * hold-out sample and needs no correction for the search (D. R. Cox, "A note on data-splitting for the evaluation of
 * significance levels", 1975). Not thread-safe.
 */
public final class HoldoutGroup {
    /** Number of bin widths: ten minutes, one hour and six hours. */
    static final int SCALES = 3;

    private static final int[] BIN_SECONDS = {600, 3600, 21_600};

    /** Ratio of the cross-pair rate within ten minutes to that within an hour above which the group is synchronous. */
    private static final double MIN_SYNCHRONY = 1.5;

    /** Time in which the same text is a repeated request. */
    private static final int REPEAT_SECONDS = 600;

    /** One in so many conversations must be new for another test. */
    private static final int NEW_FRACTION = 32;

    /** Account indexes, ascending. */
    public int[] accounts;

    /** Account indexes of the members that joined later and are tested one by one, ascending. */
    private int[] followers = {};

    /** Account indexes at selection, ascending. */
    public final int[] originalAccounts;

    public final SharedKey matchedOn;
    /** Second of the epoch at which the group was selected. */
    public final int since;

    private final boolean remainder;

    private boolean closed;
    private int startsAtLastTest;
    private int closedAt;
    private EventTimes starts;
    private EventTimes requests;

    private ConversationStarts conversationStarts;

    /** Hash of the last text, by member. */
    private long[] lastText;

    private int[] lastSecond;
    private ScheduleCheck scheduleCheck;
    private OfficeCheck officeCheck;
    private final SharedEvents sharedEvents = new SharedEvents();

    /**
     * Starts a test.
     *
     * @param accounts account indexes, ascending
     * @param matchedOn shared key by which the accounts were compared
     * @param since second of the epoch
     */
    public HoldoutGroup(int[] accounts, SharedKey matchedOn, int since) {
        this(accounts, matchedOn, false, since);
    }

    private HoldoutGroup(int[] accounts, SharedKey matchedOn, boolean remainder, int since) {
        this.accounts = accounts;
        this.originalAccounts = accounts;
        this.remainder = remainder;
        this.matchedOn = matchedOn;
        this.since = since;
        starts = new EventTimes(accounts.length, BIN_SECONDS);
        requests = new EventTimes(accounts.length, BIN_SECONDS);
        lastText = new long[accounts.length];
        conversationStarts = new ConversationStarts(accounts.length);
        lastSecond = new int[accounts.length];
        scheduleCheck = new ScheduleCheck(accounts.length);
        officeCheck = new OfficeCheck(accounts.length);
    }

    /** Starts the test of the unflagged members of a group that is under test. */
    public static HoldoutGroup ofRemainder(int[] accounts, SharedKey matchedOn, int since) {
        return new HoldoutGroup(accounts, matchedOn, true, since);
    }

    /**
     * Records an exchange of a member.
     *
     * @param begins whether it begins a conversation
     * @param second of the epoch
     */
    public void observe(int accountIndex, Observation seen, boolean begins, int second) {
        if (closed) {
            return;
        }
        PromptFeatures prompt = seen.prompt;
        int memberIndex = memberIndex(accountIndex);
        long textHash = prompt == null ? 0 : prompt.text;
        boolean isRecent = second - lastSecond[memberIndex] < REPEAT_SECONDS;
        boolean isRepeat = isRecent && textHash != 0 && textHash == lastText[memberIndex];
        boolean continues = conversationStarts.continuesConversation(memberIndex, textHash, second);
        lastText[memberIndex] = textHash;
        lastSecond[memberIndex] = second;
        if (isRepeat || seen.sameRequest) {
            return;
        }
        requests.add(memberIndex, second);
        if (begins && !continues) {
            conversationStarts.begin(memberIndex, textHash, second);
            starts.add(memberIndex, second);
            officeCheck.add(memberIndex, seen.network);
            scheduleCheck.add(memberIndex, second);
            if (prompt != null) {
                sharedEvents.add(second, prompt.topic);
            }
        }
    }

    /** Returns the member index of an account; negative if it is not a member. */
    public int memberIndex(int accountIndex) {
        return Arrays.binarySearch(accounts, accountIndex);
    }

    /**
     * Adds members, whose traffic counts from now on.
     *
     * @param more account indexes, none of which is a member
     */
    public void join(int... more) {
        int[] all = IntStream.concat(Arrays.stream(accounts), Arrays.stream(more))
                .sorted()
                .toArray();
        int[] newIndexes = Arrays.stream(accounts)
                .map(accountIndex -> Arrays.binarySearch(all, accountIndex))
                .toArray();
        starts.grow(all.length, newIndexes);
        requests.grow(all.length, newIndexes);
        conversationStarts.grow(all.length, newIndexes);
        scheduleCheck.grow(all.length, newIndexes);
        officeCheck.grow(all.length, newIndexes);
        long[] movedLastText = new long[all.length];
        int[] movedLastSecond = new int[all.length];
        for (int oldIndex = 0; oldIndex < newIndexes.length; oldIndex++) {
            movedLastText[newIndexes[oldIndex]] = lastText[oldIndex];
            movedLastSecond[newIndexes[oldIndex]] = lastSecond[oldIndex];
        }
        lastText = movedLastText;
        lastSecond = movedLastSecond;
        accounts = all;
    }

    /**
     * Adds members that are tested one by one, so that unrelated accounts cannot change the result of the group.
     *
     * @param more account indexes, none of which is a member
     */
    public void follow(int... more) {
        join(more);
        followers = IntStream.concat(IntStream.of(followers), IntStream.of(more))
                .sorted()
                .toArray();
    }

    /** Returns whether a member is tested one by one and does not count for the group. */
    public boolean isFollower(int memberIndex) {
        return Arrays.binarySearch(followers, accounts[memberIndex]) >= 0;
    }

    /** Returns the account indexes by which the group is tested, ascending. */
    public int[] core() {
        return followers.length == 0
                ? accounts
                : IntStream.range(0, accounts.length)
                        .filter(memberIndex -> !isFollower(memberIndex))
                        .map(memberIndex -> accounts[memberIndex])
                        .toArray();
    }

    /** Ends the test and releases its data; only the member list is kept. */
    public void close(int now) {
        closed = true;
        closedAt = now;
        starts = new EventTimes(0, BIN_SECONDS);
        requests = starts;
        lastText = new long[0];
        conversationStarts = new ConversationStarts(0);
        lastSecond = new int[0];
        scheduleCheck = new ScheduleCheck(0);
        officeCheck = new OfficeCheck(0);
    }

    /** Returns whether an account was a member at selection. */
    public boolean isOriginalMember(int accountIndex) {
        return Arrays.binarySearch(originalAccounts, accountIndex) >= 0;
    }

    /** Returns whether the members are the unflagged part of another group. */
    public boolean isRemainder() {
        return remainder;
    }

    /** Returns whether another group has the same kind of test. */
    public boolean isSameKind(HoldoutGroup other) {
        return remainder == other.remainder;
    }

    /** Returns whether there is enough new data since the last call for another test. */
    public boolean hasNewData() {
        boolean isNew = starts.total() >= startsAtLastTest + startsAtLastTest / NEW_FRACTION + 1;
        startsAtLastTest = isNew ? starts.total() : startsAtLastTest;
        return isNew;
    }

    /** Returns the second of the epoch at which the test ended. */
    public int closedAt() {
        return closedAt;
    }

    public boolean isClosed() {
        return closed;
    }

    /** Returns the times at which conversations began. */
    public EventTimes starts() {
        return starts;
    }

    /** Returns the times of all requests. */
    EventTimes requests() {
        return requests;
    }

    /** Returns whether a member is a scheduled job ({@link ScheduleCheck}). */
    boolean isScheduled(int memberIndex) {
        return scheduleCheck.isScheduled(memberIndex);
    }

    /** Returns whether the members begin at the same minutes, by a common trigger. */
    boolean isSynchronous() {
        return starts.allCrossPairs(0) * BIN_SECONDS[1] > MIN_SYNCHRONY * BIN_SECONDS[0] * starts.allCrossPairs(1);
    }

    /** Returns whether the group reacts to shared external events, such as news, rather than to a dispatcher. */
    boolean followsSharedEvents() {
        return sharedEvents.isShared() && isSynchronous();
    }

    public OfficeCheck officeCheck() {
        return officeCheck;
    }
}
