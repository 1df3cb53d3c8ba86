package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.signal.NewcomerRate;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Random sample of newcomers for verification by an operator. Time is divided into windows. Of the accounts that were
 * first seen in a window, those with the least keyed hashes are drawn, so that all gateways of a fleet agree and
 * clients cannot choose. Verified accounts are drawn like all others and need no work.
 */
public final class NewcomerDraw {
    private final FeatureHasher hasher;
    private final NewcomerRate rate;

    public NewcomerDraw(FeatureHasher hasher, NewcomerRate rate) {
        this.hasher = hasher;
        this.rate = rate;
    }

    /**
     * An account without an organisation.
     *
     * @param firstDay day of the epoch on which it was first seen
     */
    public record Newcomer(String id, int firstDay) {}

    /** Returns the positions of the drawn accounts, of all windows. */
    public BitSet drawn(List<Newcomer> accounts) {
        Map<Integer, TreeMap<Long, Integer>> byWindow = new HashMap<>();
        for (int i = 0; i < accounts.size(); i++) {
            Newcomer account = accounts.get(i);
            TreeMap<Long, Integer> least =
                    byWindow.computeIfAbsent(account.firstDay() / rate.days(), window -> new TreeMap<>());
            least.put(hasher.text(account.id()), i);
            if (least.size() > rate.accounts()) {
                least.pollLastEntry();
            }
        }
        BitSet drawn = new BitSet();
        byWindow.values().forEach(least -> least.values().forEach(drawn::set));
        return drawn;
    }

    /**
     * Returns whether a drawn account is to be verified now: it was first seen in the last window that is over. The
     * sample of a running window is not complete.
     */
    public boolean isDue(int firstDay, int today) {
        return firstDay / rate.days() == today / rate.days() - 1;
    }
}
