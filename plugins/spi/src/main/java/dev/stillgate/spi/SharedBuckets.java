package dev.stillgate.spi;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Token buckets in the fleet's store, from which a gateway draws tokens ahead of use and returns unused ones. */
public interface SharedBuckets {
    /**
     * Settles used tokens and then draws new ones, without blocking.
     *
     * @return the result, completed on a fleet thread; exceptionally if the store did not respond in time, and then it
     *     is unknown whether the draw was applied
     */
    CompletionStage<Drawn> draw(Draw draw);

    /**
     * One draw.
     *
     * @param key name of the bucket; a new one is created full
     * @param terms capacity and refill; an existing bucket adopts them and keeps its tokens up to the new capacity
     * @param owed tokens taken unconditionally, even below zero; negative to return tokens
     * @param wanted tokens taken as far as available, at least 0
     */
    record Draw(String key, Terms terms, long owed, long wanted) {}

    /**
     * Capacity and refill of a bucket.
     *
     * @param capacity most tokens in the bucket
     * @param refillTokens tokens added per period
     * @param refillPeriod the period
     * @param interval whether they are added all at once at the end of a period instead of continuously
     */
    record Terms(long capacity, long refillTokens, Duration refillPeriod, boolean interval) {}

    /**
     * Result of a draw.
     *
     * @param granted number of wanted tokens that were granted
     * @param left tokens left in the bucket afterwards; negative for a debt
     */
    record Drawn(long granted, long left) {}
}
