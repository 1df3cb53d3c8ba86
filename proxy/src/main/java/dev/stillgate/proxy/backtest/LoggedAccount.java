package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LabelGroup.Membership;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An account of a log and what became of it. */
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
     * A change of standing, as the report has it.
     *
     * @param ts when, in milliseconds
     * @param exchange how many exchanges the account had begun
     * @param evidence how strong the case was, null when no filter says
     * @param cluster the cluster it was seen in, null for none
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

    /** Counts an exchange under its label. */
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

    /** Returns whether it ever stood on that rung or above. */
    boolean everAt(Standing rung) {
        return highest.reaches(rung);
    }

    /** Returns when it first stood at {@code marked} or above, -1 for never. */
    long markedAt() {
        return markedAt;
    }
}
