package dev.stillgate.loadtests.campaign.play;

/**
 * An item of the review queue.
 *
 * @param kind {@code cluster} for a group; other items are about one account
 * @param id account or group
 * @param revision revision of a group, 0 for an account
 */
record ReviewItem(String kind, String id, long revision) {
    boolean isAccount() {
        return !kind.equals("cluster");
    }
}
