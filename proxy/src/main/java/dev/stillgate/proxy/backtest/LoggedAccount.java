package dev.stillgate.proxy.backtest;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An account of a log, with its exchanges and its changes of standing. Not thread-safe. */
public final class LoggedAccount {
    private Account account;
    private List<Change> changes = List.of();
    private long exchanges;
    private TextVolume text = TextVolume.NONE;

    /** Creates an account without exchanges, whose standing is clear. */
    public LoggedAccount(Account account) {
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
    public record Change(
            long ts,
            long exchange,
            Standing standing,
            @Nullable Number evidence,
            @Nullable String cluster,
            List<String> reasons) {}

    /** Returns the entry in {@code accounts.yaml}, or that of an accepted account. */
    public Account account() {
        return account;
    }

    /** Replaces the account's entry in {@code accounts.yaml}. */
    void list(Account entry) {
        account = entry;
    }

    /** Counts a request and the text that it asked for. */
    void add(TextVolume asked) {
        exchanges++;
        text = text.plus(asked);
    }

    /** Adds a change of standing. */
    public void change(Change change) {
        if (changes.isEmpty()) {
            changes = new ArrayList<>(4);
        }
        changes.add(change);
    }

    List<Change> changes() {
        return changes;
    }

    long exchanges() {
        return exchanges;
    }

    /** Returns the text that the account asked for. */
    TextVolume text() {
        return text;
    }

    /**
     * Returns when the account first reached a standing or a higher one, in milliseconds since the epoch, -1 for never.
     */
    public long reachedAt(Standing standing) {
        for (Change change : changes) {
            if (change.standing().reaches(standing)) {
                return change.ts();
            }
        }
        return -1;
    }
}
