package dev.stillgate.loadtests.fleet;

/**
 * A token bucket limit of the fleet.
 *
 * @param perSecond refill per second
 * @param largestReserve maximum that one request takes in advance
 */
record FleetLimit(long capacity, long perSecond, long largestReserve) {
    static final FleetLimit REQUESTS = new FleetLimit(100, 50, 1);

    /** Output tokens; the largest reserve is the policy's reserveCeiling. */
    static final FleetLimit OUTPUT = new FleetLimit(6000, 3000, 200);

    /** Returns the amount granted in a number of seconds. */
    double granted(double seconds) {
        return capacity + perSecond * seconds;
    }

    /** Returns the excess that the token-bucket filter allows for all gateways together, see its README. */
    long bound(int gateways) {
        return Math.max(capacity, gateways * largestReserve);
    }

    /** Returns the filter with both limits in YAML. */
    static String filter() {
        return """
                  - name: limits
                    type: token-bucket
                    config:
                      limits:
                        - {name: requests, measure: requests, capacity: %d, refill: %d/1s}
                        - {name: output, measure: output-tokens, capacity: %d, refill: %d/1s, reserveCeiling: %d}
                """.formatted(
                REQUESTS.capacity, REQUESTS.perSecond, OUTPUT.capacity, OUTPUT.perSecond, OUTPUT.largestReserve);
    }
}
