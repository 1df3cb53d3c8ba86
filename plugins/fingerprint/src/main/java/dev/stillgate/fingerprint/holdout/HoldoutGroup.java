package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.account.FrequentValues;
import dev.stillgate.fingerprint.candidate.CandidateGroup;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.stats.EventTimes;
import dev.stillgate.fingerprint.stats.LinearCounter;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A group of accounts under suspicion, and what they did since it was named. Whoever named it looked at what was before, so
 * nothing here was chosen: what follows is a test of what was said beforehand (sample splitting: D. R. Cox, "A note on
 * data-splitting for the evaluation of significance levels", 1975). One thread only.
 */
public final class HoldoutGroup {
    /** Ten minutes, an hour and six. */
    static final int SCALES = 3;

    private static final int[] WIDTHS = {600, 3600, 21_600};

    /** How much oftener accounts may meet in the same ten minutes than in any of the same hour, if each goes by its own time. */
    private static final double SYNCHRONOUS = 1.5;

    /** Within how many seconds the same text is the same request again. */
    private static final int AGAIN = 600;

    /** What share of the conversations must be new for a judgement. */
    private static final int NEW_SHARE = 32;

    /** The accounts' numbers, ascending. */
    public int[] accounts;

    /** Those of them who follow, ascending. */
    private int[] followers = {};

    /** Whom it began with, ascending. */
    public final int[] first;

    public final SharedKey found;
    public final int since;

    /** Whether the accounts were picked for being alike, and not only for what they share. */
    public final boolean picked;

    /** Which templates' prompts count, ascending; none where all do. */
    private int[] templates;

    private final boolean rest;

    /** From where those come who roam; null where they were named for something else. */
    private final @Nullable LinearCounter places;

    private MemberSums habits;
    private boolean over;
    private int judged;
    private int until;
    private EventTimes begun;
    private EventTimes asked;

    private ConversationStarts opened;

    /** The text that came last, by member. */
    private long[] text;

    private int[] last;
    private ScheduleCheck clockwork;
    private OfficeCheck roof;
    private final SharedEvents events = new SharedEvents();

    /**
     * Begins.
     *
     * @param accounts their numbers, ascending
     * @param found by what they were compared
     * @param picked whether they were picked for being alike
     * @param since second of the epoch
     */
    public HoldoutGroup(int[] accounts, SharedKey found, boolean picked, int since) {
        this(accounts, found, false, picked, since);
    }

    private HoldoutGroup(int[] accounts, SharedKey found, boolean rest, boolean picked, int since, int... templates) {
        this.accounts = accounts;
        this.first = accounts;
        this.templates = templates;
        this.rest = rest;
        this.places = found == SharedKey.ROAMING ? new LinearCounter() : null;
        this.found = found;
        this.since = since;
        this.picked = picked;
        begun = new EventTimes(accounts.length, WIDTHS);
        asked = new EventTimes(accounts.length, WIDTHS);
        text = new long[accounts.length];
        opened = new ConversationStarts(accounts.length);
        last = new int[accounts.length];
        clockwork = new ScheduleCheck(accounts.length);
        roof = new OfficeCheck(accounts.length);
        habits = new MemberSums(accounts.length, since);
    }

    /**
     * Starts the test of a candidate group. Of a group with templates, only requests made from them count.
     *
     * @param since second of the epoch at which the group was selected
     */
    public static HoldoutGroup of(CandidateGroup group, int since) {
        return new HoldoutGroup(
                group.accounts(), group.matchedOn(), false, group.selectedByPace(), since, group.templates());
    }

    /** Begins a trial of those of a group that is on trial who were not caught. */
    public static HoldoutGroup ofRest(int[] accounts, SharedKey found, boolean picked, int since) {
        return new HoldoutGroup(accounts, found, true, picked, since);
    }

    /** Begins a trial of accounts that come from another network each time. */
    public static HoldoutGroup ofRoamers(int[] accounts, int since) {
        return new HoldoutGroup(accounts, SharedKey.ROAMING, true, since);
    }

    /**
     * Takes an exchange of one of the accounts.
     *
     * @param begins whether it begins a conversation
     */
    public void observe(int account, Observation seen, boolean begins, int second) {
        if (over) {
            return;
        }
        PromptFeatures prompt = seen.prompt;
        if (isOfTemplate() && (prompt == null || !isTemplate(FrequentValues.valueOf(found, seen, prompt)))) {
            return;
        }
        int member = member(account);
        long said = prompt == null ? 0 : prompt.text;
        boolean soon = second - last[member] < AGAIN;
        boolean again = soon && said != 0 && said == text[member];
        boolean goesOn = opened.goesOn(member, said, second);
        text[member] = said;
        last[member] = second;
        if (again || seen.further) {
            return;
        }
        asked.add(member, second);
        if (begins && !goesOn) {
            opened.begin(member, said, second);
            begun.add(member, second);
            if (places != null) {
                places.add(seen.block);
            }
            roof.add(member, seen.network);
            clockwork.add(member, second);
            if (prompt != null) {
                habits.add(member, second, prompt.topic);
                events.add(second, prompt.topic);
            }
        }
    }

    /** Returns the place of an account, less than 0 when it has none. */
    public int member(int account) {
        return Arrays.binarySearch(accounts, account);
    }

    /**
     * Takes more accounts, of whom what they do from here on counts.
     *
     * @param more their numbers, none of which is there yet
     */
    public void join(int now, int... more) {
        int[] all = IntStream.concat(Arrays.stream(accounts), Arrays.stream(more))
                .sorted()
                .toArray();
        int[] to = Arrays.stream(accounts)
                .map(account -> Arrays.binarySearch(all, account))
                .toArray();
        begun.grow(all.length, to);
        asked.grow(all.length, to);
        habits.grow(all.length, to, now);
        opened.grow(all.length, to);
        clockwork.grow(all.length, to);
        roof.grow(all.length, to);
        long[] movedText = new long[all.length];
        int[] movedLast = new int[all.length];
        for (int old = 0; old < to.length; old++) {
            movedText[to[old]] = text[old];
            movedLast[to[old]] = last[old];
        }
        text = movedText;
        last = movedLast;
        accounts = all;
    }

    /**
     * Takes more accounts, of each of which it is asked by itself if it is the group's: the group is no less one for strangers
     * who come after it.
     *
     * @param more their numbers, none of which is there yet
     */
    public void follow(int now, int... more) {
        join(now, more);
        followers = IntStream.concat(IntStream.of(followers), IntStream.of(more))
                .sorted()
                .toArray();
    }

    /** Returns whether a member came after the group, and is none of those by whom it is judged. */
    public boolean isFollower(int member) {
        return Arrays.binarySearch(followers, accounts[member]) >= 0;
    }

    /** Returns the accounts by whom the group is judged, ascending. */
    public int[] core() {
        return followers.length == 0
                ? accounts
                : IntStream.range(0, accounts.length)
                        .filter(member -> !isFollower(member))
                        .map(member -> accounts[member])
                        .toArray();
    }

    /** Looks at nothing more. The accounts stay known as ones that were tried. */
    public void close(int now) {
        over = true;
        until = now;
        begun = new EventTimes(0, WIDTHS);
        asked = begun;
        habits = new MemberSums(0, now);
        text = new long[0];
        opened = new ConversationStarts(0);
        last = new int[0];
        clockwork = new ScheduleCheck(0);
        roof = new OfficeCheck(0);
    }

    /** Returns what each account does. */
    public MemberSums habits() {
        return habits;
    }

    /** Returns whether an account was there from the beginning. */
    public boolean beganWith(int account) {
        return Arrays.binarySearch(first, account) >= 0;
    }

    /** Returns whether it is of what accounts do with one template. */
    public boolean isOfTemplate() {
        return templates.length > 0;
    }

    /** Returns from where the accounts come, null unless they were named because they roam. */
    @Nullable
    public LinearCounter places() {
        return places;
    }

    /** Returns whether whoever is named in the same way joins, however long it has been there. */
    public boolean isOpen() {
        return isOfTemplate() || places != null;
    }

    private boolean isTemplate(int value) {
        return Arrays.binarySearch(templates, value) >= 0;
    }

    /** Lets what accounts do with the templates of another trial count from here on. */
    public void takeTemplates(HoldoutGroup other) {
        templates = IntStream.concat(Arrays.stream(templates), Arrays.stream(other.templates))
                .sorted()
                .distinct()
                .toArray();
    }

    /** Returns whether it is of those of a group who were not caught. */
    public boolean isRest() {
        return rest;
    }

    /** Returns whether another is of the same kind. */
    public boolean isLike(HoldoutGroup other) {
        if (!isOfTemplate()) {
            return !other.isOfTemplate() && rest == other.rest && (places == null) == (other.places == null);
        }
        return found == other.found
                && (templates.length == 1) == (other.templates.length == 1)
                && Arrays.stream(templates).anyMatch(other::isTemplate);
    }

    /** Returns whether enough has happened since the last call for a judgement to be worth its time. */
    public boolean hasNews() {
        boolean news = begun.all() >= judged + judged / NEW_SHARE + 1;
        judged = news ? begun.all() : judged;
        return news;
    }

    /** Returns when it was closed. */
    public int until() {
        return until;
    }

    public boolean isOver() {
        return over;
    }

    /** Returns when conversations began. */
    public EventTimes begun() {
        return begun;
    }

    /** Returns when there was an exchange. */
    EventTimes asked() {
        return asked;
    }

    /** Returns whether a member begins at the same minutes of every hour or of many days, as scheduled jobs do. */
    boolean isClockwork(int member) {
        return clockwork.isOne(member);
    }

    /** Returns whether most of them do. */
    public boolean followsClock() {
        return 2
                        * IntStream.range(0, accounts.length)
                                .filter(member -> isClockwork(member) && !isFollower(member))
                                .count()
                > accounts.length - followers.length;
    }

    /** Returns whether something sets them all to work at the same minutes, and not each its own hours. */
    boolean isSynchronous() {
        return begun.crossing(0) * WIDTHS[1] > SYNCHRONOUS * WIDTHS[0] * begun.crossing(1);
    }

    /** Returns whether that is events which all of them ask about: each sets each of them to work, and nobody deals it out. */
    boolean followsEvents() {
        return events.areShared() && isSynchronous();
    }

    /** Returns from where each account begins conversations. */
    public OfficeCheck roof() {
        return roof;
    }
}
