package dev.stillgate.proxy.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Destinations among which accounts are split by weighted rendezvous hashing (Thaler and Ravishankar, 1998; Schindelhauer and
 * Schomaker, 2005). An account has the same destination at each gateway and after each restart. A larger share moves accounts
 * to its destination only. Immutable.
 */
public final class AccountSplit {
    private final List<Destination> destinations;
    private final double[] shares;

    /** Creates a split of at least one destination. */
    public AccountSplit(Map<Destination, Double> shares) {
        this.destinations = new ArrayList<>(shares.keySet());
        this.shares = shares.values().stream().mapToDouble(share -> share).toArray();
    }

    /** Returns the destination of an account: the one with the smallest exponential variate of its share as the rate. */
    Destination of(String account) {
        Destination best = destinations.getFirst();
        double least = Double.MAX_VALUE;
        for (int i = 0; destinations.size() > 1 && i < shares.length; i++) {
            Destination each = destinations.get(i);
            double variate = -Math.log(uniform(account, each.upstream().name())) / shares[i];
            if (variate < least) {
                least = variate;
                best = each;
            }
        }
        return best;
    }

    /** Returns a number between 0 and 1 from the FNV-1a hash of two texts, mixed by the finalizer of MurmurHash3. */
    private static double uniform(String account, String upstream) {
        long hash = fnv(fnv(0xcbf29ce484222325L, account) * 0x100000001b3L, upstream);
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return ((hash ^ hash >>> 33) >>> 11 | 1) * 0x1p-53;
    }

    private static long fnv(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
