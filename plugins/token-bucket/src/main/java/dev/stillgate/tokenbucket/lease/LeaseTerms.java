package dev.stillgate.tokenbucket.lease;

/**
 * Limits on the tokens that a gateway may use before it has drawn them.
 *
 * <p>The first requests of an account must not be refused while its first lease is being drawn. A lease may therefore
 * be overdrawn if the fleet's bucket had tokens when last reported. The overdraft is at most the gateway's share of the
 * capacity or, from a balance that is not negative, one request of any size. Overdrafts are drawn first.
 *
 * @param binding whether leases limit requests at all
 * @param ahead whether a lease may be overdrawn
 * @param nodes the number of gateways
 * @param roundNanos the longest time until the next draw
 */
public record LeaseTerms(boolean binding, boolean ahead, int nodes, long roundNanos) {
    /** The terms of a gateway without a fleet. */
    public static final LeaseTerms ALONE = new LeaseTerms(false, false, 1, 0);

    /** Returns whether a lease with a balance may supply a number of tokens. */
    public boolean permits(long balance, long wanted, long capacity) {
        if (!binding || wanted <= balance) {
            return true;
        }
        return ahead && (balance >= 0 || wanted - balance <= capacity / nodes);
    }
}
