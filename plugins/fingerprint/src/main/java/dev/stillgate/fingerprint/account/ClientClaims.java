package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What clients that claim to be one software look like, learnt from traffic and never written down: of ClientHellos, orders
 * of header fields and beginnings of HTTP/2, how many houses came with each under each claim. A house is an organisation, or
 * an account without one; each counts once, however much it asks. What is new to everybody is no contradiction: software has
 * new versions. Bounded, and learnt anew at every start. One thread only.
 */
final class ClientClaims {
    /** How many looks of one kind are told apart. */
    static final int MOST_LOOKS = 1024;

    /** Of how many houses a claim must be known before a look can contradict it. */
    private static final double KNOWN = 20;

    /** A look is common under a claim from so many houses on, if they are a tenth of the claim's. */
    private static final double COMMON = 5;

    private static final double COMMON_SHARE = 0.1;
    private static final double RARE = 3;
    private static final double RARE_SHARE = 0.03;
    private static final int MOST_CLAIMS_OF_LOOK = 16;

    private final Kind[] kinds = {
        new Kind(seen -> seen.ja4), new Kind(seen -> seen.order), new Kind(seen -> seen.preface)
    };

    /** Takes an exchange; returns whether its client looks like others than those who claim what it claims. */
    boolean contradict(Observation seen) {
        if (seen.claim == 0) {
            return false;
        }
        String organisation = seen.organisation;
        int house = mixed(organisation == null ? seen.account.hashCode() : organisation.hashCode() + 1);
        boolean contradicted = false;
        for (Kind kind : kinds) {
            contradicted |= kind.contradicts(seen, house);
        }
        return contradicted;
    }

    private static int mixed(int hash) {
        return (int) ((hash * 0x9e3779b97f4a7c15L) >>> 32);
    }

    /** One thing that clients are looked at for. */
    private static final class Kind {
        private final ToLongFunction<Observation> look;
        private final Map<Long, Houses> ofClaims = new HashMap<>();
        private final Map<Long, Map<Long, Houses>> ofLooks = new HashMap<>();

        Kind(ToLongFunction<Observation> look) {
            this.look = look;
        }

        boolean contradicts(Observation seen, int house) {
            long value = look.applyAsLong(seen);
            if (value == 0) {
                return false;
            }
            if (ofClaims.size() >= MOST_LOOKS && !ofClaims.containsKey(seen.claim)) {
                forgetHalf(ofClaims, Houses::count);
            }
            Houses claim = ofClaims.computeIfAbsent(seen.claim, absent -> new Houses());
            claim.add(house);
            if (ofLooks.size() >= MOST_LOOKS && !ofLooks.containsKey(value)) {
                forgetHalf(ofLooks, Kind::most);
            }
            Map<Long, Houses> claims = ofLooks.computeIfAbsent(value, absent -> new HashMap<>());
            if (claims.size() >= MOST_CLAIMS_OF_LOOK && !claims.containsKey(seen.claim)) {
                forgetHalf(claims, Houses::count);
            }
            Houses own = claims.computeIfAbsent(seen.claim, absent -> new Houses());
            own.add(house);
            double known = claim.count();
            return known >= KNOWN
                    && own.count() < Math.max(RARE, RARE_SHARE * known)
                    && isCommonElsewhere(claims, seen.claim);
        }

        private boolean isCommonElsewhere(Map<Long, Houses> claims, long claim) {
            for (Map.Entry<Long, Houses> other : claims.entrySet()) {
                Houses all = ofClaims.get(other.getKey());
                double houses = other.getValue().count();
                if (other.getKey() != claim
                        && all != null
                        && houses >= COMMON
                        && houses >= COMMON_SHARE * all.count()) {
                    return true;
                }
            }
            return false;
        }

        private static double most(Map<Long, Houses> claims) {
            return claims.values().stream().mapToDouble(Houses::count).max().orElse(0);
        }

        private static <V> void forgetHalf(Map<Long, V> all, java.util.function.ToDoubleFunction<V> worth) {
            all.entrySet().stream()
                    .sorted(Comparator.comparingDouble(entry -> worth.applyAsDouble(entry.getValue())))
                    .limit(all.size() / 2)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(all::remove);
        }
    }

    /** About how many different houses there are (K.-Y. Whang et al., "A linear-time probabilistic counting", 1990). */
    private static final class Houses {
        private static final int BITS = 256;
        private final long[] bits = new long[BITS / Long.SIZE];
        private int set;

        void add(int house) {
            int bit = house & (BITS - 1);
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
