package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;

/** How a policy wants an upstream to be looked after. */
public final class UpstreamCare {
    private UpstreamCare() {}

    static void between(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new PolicyException(key, value + " is not between " + least + " and " + most);
        }
    }

    /**
     * How often a request that never reached the model is sent again.
     *
     * @param attempts how often it is tried at most, the first time included; 1 is never again
     * @param percent retries for each hundred requests of the last ten seconds or so
     * @param perSecond retries for each second besides
     */
    public record Retries(
            @Default("3") int attempts,
            @Default("20") int percent,
            @Default("10") int perSecond) {
        public Retries {
            between("attempts", attempts, 1, 10);
            between("percent", percent, 0, 100);
            between("perSecond", perSecond, 0, 100_000);
        }
    }
}
