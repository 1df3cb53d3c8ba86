package dev.stillgate.tokenbucket.lease;

/**
 * How far a gateway may go with what it has leased.
 *
 * <p>A gateway answers from its leases. So that the first requests of an account are not refused for want of a lease
 * that is on its way, it may go below zero where the fleet's bucket had room when last heard of: by its share of the
 * capacity or, from a lease that is not below zero, by one request of any size. What is below zero is drawn first of
 * all.
 *
 * @param binding whether leases bind at all
 * @param ahead whether it may go below zero
 * @param nodes the number of gateways
 * @param roundNanos how long it takes at most until the next draw
 */
public record LeaseTerms(boolean binding, boolean ahead, int nodes, long roundNanos) {
    /** A gateway without a fleet. */
    public static final LeaseTerms ALONE = new LeaseTerms(false, false, 1, 0);

    /** Returns whether so many tokens may be used of a lease. */
    public boolean cover(long held, long wanted, long capacity) {
        if (!binding || wanted <= held) {
            return true;
        }
        return ahead && (held >= 0 || wanted - held <= capacity / nodes);
    }
}
