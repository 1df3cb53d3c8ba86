package dev.stillgate.loadtests.campaign;

/**
 * An item of the review queue.
 *
 * @param kind what the item is about: {@code cluster} or {@code standing-order} for the members of a group, {@code
 *     joiners} for the accounts that joined it, other kinds for one account
 * @param id account or group
 * @param revision revision of a group, else the number of accounts
 */
record ReviewItem(String kind, String id, long revision) {
    boolean isAccount() {
        return !kind.equals("cluster") && !kind.equals("standing-order") && !isJoiners();
    }

    boolean isJoiners() {
        return kind.equals("joiners");
    }
}
