package dev.stillgate.loadtests.campaign;

import java.util.List;
import java.util.Map;

/** The review queue as an operator uses it, with the actions on its items. */
interface ReviewDesk {
    /**
     * Returns the first items of the queue, most suspicious first.
     *
     * @param limit 1 to 1000
     */
    List<ReviewItem> queue(int limit);

    /** Returns the accounts of all groups by the group's id. */
    Map<String, List<String>> groups();

    /** Returns the accounts that an item is about. */
    List<String> accounts(ReviewItem item);

    /**
     * Confirms an item.
     *
     * @param except members of a group that are left out
     * @param rules whether verified members of a group are confirmed too, and what happens to accounts that join it
     */
    void confirm(ReviewItem item, List<String> except, SimulatedOperator.Rules rules);

    /** Refutes a group. */
    void refute(ReviewItem group);

    /** Vouches for an account. */
    void vouch(String account);
}
