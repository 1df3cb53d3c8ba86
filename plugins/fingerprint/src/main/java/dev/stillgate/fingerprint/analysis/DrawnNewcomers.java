package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.signal.NewcomerRate;
import dev.stillgate.fingerprint.standing.Ladder;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Random sample of newcomers for verification by an operator, drawn again each hour. Time is divided into windows of days.
 * Of the accounts that were first seen in the last complete window, those with the least keyed hashes are drawn. All
 * gateways of a fleet agree, and clients cannot choose. Verified accounts are drawn like all others and need no work. Not
 * thread-safe.
 */
public final class DrawnNewcomers {
    private static final int DAY = 86_400;
    private static final long INTERVAL = 3_600_000L;

    private final AccountTable table;
    private final Ladder ladder;
    private FeatureHasher hasher = new FeatureHasher(new byte[Long.BYTES * 3]);
    private List<String> due = List.of();
    private long lastDraw;

    DrawnNewcomers(AccountTable table, Ladder ladder) {
        this.table = table;
        this.ladder = ladder;
    }

    void drawBy(FeatureHasher keyed) {
        hasher = keyed;
    }

    /**
     * Draws again if an hour has passed.
     *
     * @param rate size of the sample, null for none
     * @param now milliseconds since the epoch
     */
    void tend(@Nullable NewcomerRate rate, long now) {
        if (now - lastDraw >= INTERVAL) {
            lastDraw = now;
            due = rate == null ? List.of() : draw(rate, (int) (now / 1000 / DAY));
        }
    }

    private List<String> draw(NewcomerRate rate, int today) {
        int window = today / rate.days() - 1;
        return IntStream.range(0, table.index().limit())
                .filter(account -> table.index().has(account)
                        && table.organisationNumber(account) == 0
                        && table.firstSecond(account) / DAY / rate.days() == window)
                .boxed()
                .sorted(Comparator.comparingLong(
                        account -> hasher.text(table.index().id(account))))
                .limit(rate.accounts())
                .filter(account -> !table.verified(account))
                .map(table.index()::id)
                .filter(id -> ladder.label(id) == null)
                .toList();
    }

    /** Returns the drawn newcomers that were neither verified nor judged at the last draw. */
    public List<String> due() {
        return due;
    }

    void forget(String account) {
        due = due.stream().filter(each -> !each.equals(account)).toList();
    }
}
