package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LabelGroup.Membership;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An account of a log, with its exchanges and its changes of standing. */
final class LoggedAccount {
    private final Account account;
    private List<Membership> memberships = List.of();
    private List<Change> changes = List.of();
    private long exchanges;
    private long harvested;
    private Standing highest = Standing.CLEAR;
    private long markedAt = -1;

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

    /** Counts an exchange, also for its label's group. */
    void add(Label label, long ts, boolean whole) {
        exchanges++;
        LabelGroup group = label.group();
        if (group != null) {
            join(group, ts);
        }
        if (label.cover()) {
            return;
        }
        harvested += whole ? 1 : 0;
        if (group != null && group.isCampaign()) {
            group.harvest().add(ts, whole);
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
        }
        changes.add(change);
        if (change.standing().compareTo(highest) > 0) {
            highest = change.standing();
        }
        if (markedAt < 0 && change.standing().reaches(Standing.MARKED)) {
            markedAt = change.ts();
        }
    }

    List<Change> changes() {
        return changes;
    }

    long exchanges() {
        return exchanges;
    }

    long harvested() {
        return harvested;
    }

    /** Returns whether the account ever reached a standing. */
    boolean everAt(Standing standing) {
        return highest.reaches(standing);
    }

    /** Returns when the account first reached {@code marked}, in milliseconds since the epoch, -1 for never. */
    long markedAt() {
        return markedAt;
    }
}
