package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;

/**
 * Reaction of a campaign to the refusals of one account. The account rests until {@code retry-after}, or for five
 * minutes, doubled with each further refusal up to an hour. It is abandoned when it is blocked, and when most of its
 * requests have been refused for a day. Not thread-safe.
 */
public final class Reaction {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long FIRST_REST = 5 * MINUTE;
    private static final int DOUBLINGS = 4;
    private static final double RECENT = 0.2; // weight of the last request in the share of served ones
    private static final double MOST = 0.5;

    private final Dice dice;
    private final long firstRest;
    private double servedShare = 1;
    private long strugglesSince = Long.MAX_VALUE;
    private long restsUntil;
    private int refusals;

    public Reaction(Dice dice) {
        this(dice, FIRST_REST);
    }

    private Reaction(Dice dice, long firstRest) {
        this.dice = dice;
        this.firstRest = firstRest;
    }

    /** Returns the reaction of a relay: a refused account without {@code retry-after} rests for an hour. */
    static Reaction ofRelay(Dice dice) {
        return new Reaction(dice, HOUR);
    }

    /** Returns the time until which the account is not used, in milliseconds since the epoch. */
    public long restsUntil() {
        return restsUntil;
    }

    /**
     * Reacts to a response. Returns the time at which the campaign abandons the account, {@link Long#MAX_VALUE} if it
     * does not.
     */
    public long to(long time, ApiResponse response) {
        boolean served = response.isServed();
        servedShare += RECENT * ((served ? 1 : 0) - servedShare);
        strugglesSince = servedShare >= MOST ? Long.MAX_VALUE : Math.min(strugglesSince, time);
        if (served) {
            refusals = 0;
            return Long.MAX_VALUE;
        }
        boolean blocked = response.isForbidden();
        if (blocked || (strugglesSince < time && time - strugglesSince >= Location.DAY)) {
            long leaves = time + (blocked ? (long) (0.5 * HOUR * dice.exponential()) : 0);
            servedShare = 1;
            strugglesSince = Long.MAX_VALUE;
            refusals = 0;
            restsUntil = leaves;
            return leaves;
        }
        long rest = firstRest << Math.min(refusals++, DOUBLINGS);
        restsUntil = time
                + Math.clamp(
                        response.retryAfter() > 0 ? response.retryAfter() : Math.min(rest, HOUR), MINUTE, Location.DAY);
        return Long.MAX_VALUE;
    }

    /** Draws the time until an abandoned account is replaced: within a day. */
    public long delay() {
        return (long) (HOUR * (2 + 22 * dice.unit()));
    }
}
