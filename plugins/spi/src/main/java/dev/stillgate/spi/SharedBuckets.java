package dev.stillgate.spi;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Token buckets in the fleet's store. A gateway draws tokens from them ahead of use and gives back what it does not need. */
public interface SharedBuckets {
    /**
     * Settles what was used and draws anew, in this order; returns at once.
     *
     * @return what came of it, completed on a thread of the fleet's own; exceptionally when the store did not answer in
     *     time, and then nobody can say whether it was carried out
     */
    CompletionStage<Drawn> draw(Draw draw);

    /**
     * One draw.
     *
     * @param key names the bucket; made full when there is none
     * @param terms capacity and refill; a bucket with other terms takes these and keeps what is left, at most the new
     *     capacity
     * @param owed taken in any case, so that the bucket may go below zero; negative to give tokens back
     * @param wanted taken as far as there is, at least 0
     */
    record Draw(String key, Terms terms, long owed, long wanted) {}

    /**
     * The terms of a bucket.
     *
     * @param capacity the most it holds
     * @param refillTokens how many come back in a period
     * @param refillPeriod the period
     * @param interval whether they come back all at once at its end rather than as soon as possible
     */
    record Terms(long capacity, long refillTokens, Duration refillPeriod, boolean interval) {}

    /**
     * What came of a draw.
     *
     * @param granted how many of the wanted tokens were there
     * @param left how many are left in the bucket after that, negative for a debt
     */
    record Drawn(long granted, long left) {}
}
