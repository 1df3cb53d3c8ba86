package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LabelGroup.Membership;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An account of a log, with its exchanges and its changes of standing. */
final class LoggedAccount {
    private Account account;
    private List<Membership> memberships = List.of();
    private List<Change> changes = List.of();
    private long exchanges;
    private TextVolume text = TextVolume.NONE;
    private long refusedForStanding;
    private Map<Standing, Long> reachedAt = Map.of();

    LoggedAccount(Account account) {
        this.account = account;
    }

    /**
     * A change of standing as written to the report.
     *
     * @param ts when it happened, in milliseconds since the epoch
     * @param exchange the number of exchanges the account had begun
     * @param evidence the strength of the evidence, null when no filter gives one
     * @param cluster the account's cluster, null for none
     * @param reasons the signals that fired
     */
    record Change(
            long ts,
            long exchange,
            Standing standing,
            @Nullable Number evidence,
            @Nullable String cluster,
            List<String> reasons) {}

    Account account() {
        return account;
    }

    /** Replaces the account's entry in {@code accounts.yaml}. */
    void list(Account entry) {
        account = entry;
    }

    /** Counts a request, and makes the account a member of its label's group. */
    void begin(LogLabel label, long ts) {
        exchanges++;
        LabelGroup group = label.group();
        if (group != null) {
            join(group, ts);
        }
    }

    /** Adds the text that a request asked for, also to its label's group; cover traffic has none. */
    void add(LogLabel label, long ts, TextVolume asked, boolean wasRefusedForStanding) {
        if (label.cover()) {
            return;
        }
        text = text.plus(asked);
        refusedForStanding += wasRefusedForStanding ? 1 : 0;
        LabelGroup group = label.group();
        if (group != null) {
            group.add(ts, asked, wasRefusedForStanding);
        }
    }

    private void join(LabelGroup group, long ts) {
        for (int i = 0; i < memberships.size(); i++) {
            if (memberships.get(i).group() == group) {
                return;
            }
        }
        List<Membership> more = new ArrayList<>(memberships);
        more.add(group.join(this, ts));
        memberships = more;
    }

    void change(Change change) {
        if (changes.isEmpty()) {
            changes = new ArrayList<>(4);
            reachedAt = new EnumMap<>(Standing.class);
        }
        changes.add(change);
        for (Standing rung : RungFigures.RUNGS) {
            if (change.standing().reaches(rung)) {
                reachedAt.putIfAbsent(rung, change.ts());
            }
        }
    }

    List<Change> changes() {
        return changes;
    }

    long exchanges() {
        return exchanges;
    }

    /** Returns the text that the account asked for, without cover traffic. */
    TextVolume text() {
        return text;
    }

    /** Returns the number of requests that were refused because of the account's standing. */
    long refusedForStanding() {
        return refusedForStanding;
    }

    /**
     * Returns when the account first reached a standing other than clear, or a higher one, in milliseconds since the
     * epoch, -1 for never.
     */
    long reachedAt(Standing standing) {
        return reachedAt.getOrDefault(standing, -1L);
    }
}
