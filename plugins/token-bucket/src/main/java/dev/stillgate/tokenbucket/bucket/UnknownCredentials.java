package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.OwnerLimits;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bucket sets of credentials that were never accepted, each kept only while one of its exchanges is in flight. They bound
 * what one such credential has in flight from all address prefixes. Thread-safe.
 */
final class UnknownCredentials {
    private final ConcurrentHashMap<String, BucketSet> sets = new ConcurrentHashMap<>();

    /** Adds the set of a credential to a reservation; creates a full one if absent. */
    void addTo(Reservation reservation, String id, OwnerLimits limits, long now) {
        reservation.newcomer = id;
        reservation.addOwner(sets.computeIfAbsent(id, absent -> BucketSet.shared(limits, now, null)), limits);
    }

    /** Drops the set of a reservation's credential unless another exchange is in flight. */
    void release(Reservation reservation) {
        String id = reservation.newcomer;
        if (id != null) {
            reservation.newcomer = null;
            sets.computeIfPresent(id, (same, set) -> set.evictIfIdle() ? null : set);
        }
    }

    int size() {
        return sets.size();
    }
}
