package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import org.jspecify.annotations.Nullable;

/** An account of a campaign in a log, or a replacement of one. Not thread-safe. */
final class LoggedClient {
    private final String id;
    private final boolean verified;
    private final long from;
    private final Reaction reaction;
    private LoggedLine last;
    private @Nullable LoggedClient successor;
    private long leaves = Long.MAX_VALUE;
    private int used;
    private long day;

    /**
     * Creates an account.
     *
     * @param from when it is usable, in milliseconds since the epoch
     * @param last a line of the same client
     */
    LoggedClient(String id, boolean verified, long from, LoggedLine last, Dice dice) {
        this.id = id;
        this.verified = verified;
        this.from = from;
        this.last = last;
        this.reaction = new Reaction(dice.child(id));
    }

    String id() {
        return id;
    }

    boolean isVerified() {
        return verified;
    }

    /** Returns the last logged line of the client. */
    LoggedLine last() {
        return last;
    }

    /** Records that the log has a line of the client, also for its replacements. */
    void logged(LoggedLine line) {
        last = line;
        if (successor != null) {
            successor.logged(line);
        }
    }

    void replacedBy(LoggedClient replacement) {
        successor = replacement;
    }

    boolean isAbandoned(long time) {
        return time >= leaves;
    }

    /** Returns whether the campaign would use the account at a time, given the most requests a day. */
    boolean isFree(long time, double mostADay) {
        return time >= from && time < leaves && time >= reaction.restsUntil() && usedOn(time) < mostADay;
    }

    int usedOn(long time) {
        return time / Location.DAY == day ? used : 0;
    }

    /** Records a request. Returns whether its response makes the campaign abandon the account. */
    boolean note(long time, ApiResponse response, boolean replaces) {
        used = usedOn(time) + 1;
        day = time / Location.DAY;
        long abandoned = reaction.to(time, response);
        if (abandoned == Long.MAX_VALUE || leaves != Long.MAX_VALUE || !(replaces || response.isForbidden())) {
            return false;
        }
        leaves = abandoned;
        return true;
    }

    /** Returns when a replacement of the abandoned account is usable, in milliseconds since the epoch. */
    long replacedFrom() {
        return leaves + reaction.delay();
    }
}
