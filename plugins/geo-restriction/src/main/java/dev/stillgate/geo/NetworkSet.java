package dev.stillgate.geo;

import dev.stillgate.spi.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A set of IPv4 and IPv6 networks as sorted, disjoint ranges, so that a lookup is a binary search. The address families
 * are separate: {@code ::/0} contains no IPv4 address. A translated IPv4 address belongs to both.
 */
final class NetworkSet {
    private final Ranges v4;
    private final Ranges v6;

    /** Creates a set of networks, which may overlap. */
    NetworkSet(List<Network> networks) {
        this.v4 = new Ranges(networks.stream().filter(Network::v4).toList());
        this.v6 = new Ranges(networks.stream().filter(network -> !network.v4()).toList());
    }

    boolean contains(Located at) {
        return (at.v4() ? v4 : v6).contains(at.high(), at.low())
                || (Located.embedsV4(at.high(), at.low()) && v4.contains(0, at.low()));
    }

    /** The ranges of one family, as unsigned 128-bit numbers in two words each. */
    private static final class Ranges {
        private final long[] firstHigh;
        private final long[] firstLow;
        private final long[] lastHigh;
        private final long[] lastLow;

        private Ranges(List<Network> networks) {
            List<Network> merged = merge(networks);
            firstHigh = merged.stream().mapToLong(Network::high).toArray();
            firstLow = merged.stream().mapToLong(Network::low).toArray();
            lastHigh = merged.stream().mapToLong(Network::lastHigh).toArray();
            lastLow = merged.stream().mapToLong(Network::lastLow).toArray();
        }

        private boolean contains(long high, long low) {
            int from = 0;
            int to = firstHigh.length;
            while (from < to) {
                int middle = (from + to) >>> 1;
                if (compare(firstHigh[middle], firstLow[middle], high, low) <= 0) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            return from > 0 && compare(high, low, lastHigh[from - 1], lastLow[from - 1]) <= 0;
        }

        /** Two networks are nested or disjoint, so sorting by first and then by last address is enough. */
        private static List<Network> merge(List<Network> networks) {
            Network[] sorted = networks.toArray(Network[]::new);
            Arrays.sort(sorted, Ranges::byFirstAddress);
            List<Network> merged = new ArrayList<>();
            for (Network network : sorted) {
                Network last = merged.isEmpty() ? null : merged.getLast();
                if (last == null || compare(network.high(), network.low(), last.lastHigh(), last.lastLow()) > 0) {
                    merged.add(network);
                }
            }
            return merged;
        }

        private static int byFirstAddress(Network one, Network other) {
            int order = compare(one.high(), one.low(), other.high(), other.low());
            return order != 0 ? order : Integer.compare(one.prefix(), other.prefix());
        }

        private static int compare(long high, long low, long otherHigh, long otherLow) {
            return high != otherHigh ? Long.compareUnsigned(high, otherHigh) : Long.compareUnsigned(low, otherLow);
        }
    }
}
