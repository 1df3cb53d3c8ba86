package dev.stillgate.tokenbucket.policy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** The shares of a limit's capacity at which its use is reported. Immutable. */
public final class Shares {
    private static final int MOST = 8;
    private static final int DECIMALS = 3;
    private static final long SHORTEST_MILLIS = 3_600_000;

    private final List<BigDecimal> shares;
    private final long[] from;
    private final long periodMillis;

    /** Creates the shares of a limit with a capacity and a refill. */
    Shares(List<BigDecimal> shares, long capacity, Refill refill) {
        this.shares = shares;
        this.from = shares.stream()
                .mapToLong(share -> share.multiply(BigDecimal.valueOf(capacity))
                        .setScale(0, RoundingMode.CEILING)
                        .longValueExact())
                .toArray();
        this.periodMillis = refill.period().toMillis();
    }

    /**
     * Checks the shares in a policy.
     *
     * @throws IllegalArgumentException if they are invalid, or the period of the refill is too short for reports
     */
    static void check(List<BigDecimal> shares, Refill refill) {
        if (shares.size() > MOST) {
            throw new IllegalArgumentException("notifyAt: expected at most " + MOST + ", found " + shares.size());
        }
        BigDecimal before = BigDecimal.ZERO;
        for (BigDecimal share : shares) {
            boolean isShare = share.signum() > 0
                    && share.compareTo(BigDecimal.ONE) <= 0
                    && share.stripTrailingZeros().scale() <= DECIMALS;
            if (!isShare || share.compareTo(before) <= 0) {
                throw new IllegalArgumentException("notifyAt: expected ascending shares above 0 and up to 1, with at"
                        + " most " + DECIMALS + " decimals, found " + share);
            }
            before = share;
        }
        if (!shares.isEmpty() && refill.period().toMillis() < SHORTEST_MILLIS) {
            throw new IllegalArgumentException("notifyAt: expected a refill period of at least 1h");
        }
    }

    /** Returns how many shares a use has reached. */
    public int reached(long used) {
        int count = 0;
        while (count < from.length && used >= from[count]) {
            count++;
        }
        return count;
    }

    /** Returns the number of shares. */
    public int count() {
        return from.length;
    }

    /** Returns whether the last share is the whole capacity. */
    public boolean hasWhole() {
        return shares.getLast().compareTo(BigDecimal.ONE) == 0;
    }

    /** Returns the text of a share, such as {@code 0.8}. */
    public String text(int index) {
        return shares.get(index).stripTrailingZeros().toPlainString();
    }

    /** Returns the period of the refill in milliseconds; periods are counted from the epoch, in UTC. */
    public long periodMillis() {
        return periodMillis;
    }
}
