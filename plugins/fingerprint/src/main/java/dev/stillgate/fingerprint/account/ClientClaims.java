package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Learns which client fingerprints go with which claimed software, and detects contradictions.
 *
 * <p>For each claim and each fingerprint feature (JA4 of the ClientHello, header order, HTTP/2 preface) it counts
 * distinct organisations. An account without an organisation counts as one, so a large customer counts once. A value
 * contradicts a claim when it is rare under that claim and common under another. A value that is new everywhere does
 * not contradict, as software has new versions. Bounded and kept in memory only. Not thread-safe.
 */
final class ClientClaims {
    /** Capacity for values of one feature. */
    static final int MAX_VALUES = 1024;

    /** Least number of organisations with a claim for a contradiction of it. */
    private static final double MIN_CLAIM_ORGANISATIONS = 20;

    /** A value is common under a claim from so many organisations on, if they are a tenth of the claim's. */
    private static final double MIN_COMMON_ORGANISATIONS = 5;

    private static final double MIN_COMMON_SHARE = 0.1;
    private static final double MAX_RARE_ORGANISATIONS = 3;
    private static final double MAX_RARE_SHARE = 0.03;
    private static final int MAX_CLAIMS_PER_VALUE = 16;

    private final Feature[] features = {
        new Feature(seen -> seen.ja4), new Feature(seen -> seen.order), new Feature(seen -> seen.preface)
    };

    /** Records an exchange; returns whether its client fingerprint contradicts the claimed software. */
    boolean contradict(Observation seen) {
        if (seen.claim == 0) {
            return false;
        }
        String organisation = seen.organisation;
        int organisationHash = mixedHash(organisation == null ? seen.account.hashCode() : organisation.hashCode() + 1);
        boolean contradicted = false;
        for (Feature feature : features) {
            contradicted |= feature.contradicts(seen, organisationHash);
        }
        return contradicted;
    }

    private static int mixedHash(int hash) {
        return (int) ((hash * 0x9e3779b97f4a7c15L) >>> 32);
    }

    /** One feature of the client fingerprint. */
    private static final class Feature {
        private final ToLongFunction<Observation> extractor;
        private final Map<Long, OrganisationCounter> byClaim = new HashMap<>();
        private final Map<Long, Map<Long, OrganisationCounter>> byValue = new HashMap<>();

        Feature(ToLongFunction<Observation> extractor) {
            this.extractor = extractor;
        }

        boolean contradicts(Observation seen, int organisationHash) {
            long value = extractor.applyAsLong(seen);
            if (value == 0) {
                return false;
            }
            if (byClaim.size() >= MAX_VALUES && !byClaim.containsKey(seen.claim)) {
                evictHalf(byClaim, OrganisationCounter::count);
            }
            OrganisationCounter claim = byClaim.computeIfAbsent(seen.claim, absent -> new OrganisationCounter());
            claim.add(organisationHash);
            if (byValue.size() >= MAX_VALUES && !byValue.containsKey(value)) {
                evictHalf(byValue, Feature::maxCount);
            }
            Map<Long, OrganisationCounter> claims = byValue.computeIfAbsent(value, absent -> new HashMap<>());
            if (claims.size() >= MAX_CLAIMS_PER_VALUE && !claims.containsKey(seen.claim)) {
                evictHalf(claims, OrganisationCounter::count);
            }
            OrganisationCounter own = claims.computeIfAbsent(seen.claim, absent -> new OrganisationCounter());
            own.add(organisationHash);
            double known = claim.count();
            return known >= MIN_CLAIM_ORGANISATIONS
                    && own.count() < Math.max(MAX_RARE_ORGANISATIONS, MAX_RARE_SHARE * known)
                    && isCommonElsewhere(claims, seen.claim);
        }

        private boolean isCommonElsewhere(Map<Long, OrganisationCounter> claims, long claim) {
            for (Map.Entry<Long, OrganisationCounter> other : claims.entrySet()) {
                OrganisationCounter claimants = byClaim.get(other.getKey());
                double organisations = other.getValue().count();
                if (other.getKey() != claim
                        && claimants != null
                        && organisations >= MIN_COMMON_ORGANISATIONS
                        && organisations >= MIN_COMMON_SHARE * claimants.count()) {
                    return true;
                }
            }
            return false;
        }

        private static double maxCount(Map<Long, OrganisationCounter> claims) {
            return claims.values().stream()
                    .mapToDouble(OrganisationCounter::count)
                    .max()
                    .orElse(0);
        }

        private static <V> void evictHalf(Map<Long, V> entries, java.util.function.ToDoubleFunction<V> priority) {
            entries.entrySet().stream()
                    .sorted(Comparator.comparingDouble(entry -> priority.applyAsDouble(entry.getValue())))
                    .limit(entries.size() / 2)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(entries::remove);
        }
    }

    /**
     * Estimates a number of distinct organisations by linear counting (K.-Y. Whang et al., "A linear-time probabilistic
     * counting algorithm for database applications", 1990).
     */
    private static final class OrganisationCounter {
        private static final int BITS = 256;
        private final long[] bits = new long[BITS / Long.SIZE];
        private int set;

        void add(int organisationHash) {
            int bit = organisationHash & (BITS - 1);
            long mask = 1L << bit;
            if ((bits[bit / Long.SIZE] & mask) == 0) {
                bits[bit / Long.SIZE] |= mask;
                set++;
            }
        }

        double count() {
            return -BITS * Math.log1p(-Math.min(set, BITS - 1) / (double) BITS);
        }
    }
}
