package dev.stillgate.loadtests.fleet;

import dev.stillgate.loadtests.options.Options;
import java.util.List;

/**
 * Options of a fleet run; durations are in seconds.
 *
 * @param stillgate command that starts a gateway
 * @param before time with the store, after the warm-up
 * @param killed time without the store's process
 * @param stopped time with the store's process stopped
 * @param after time with the store, after each of the two
 * @param judge whether latency is checked, which needs an otherwise idle machine
 */
record FleetOptions(String stillgate, int gateways, int before, int killed, int stopped, int after, boolean judge) {

    /** Parses arguments; throws {@link IllegalArgumentException} naming an invalid one. */
    static FleetOptions parse(String[] args) {
        Options options = new Options(
                args,
                0,
                List.of("--stillgate", "--gateways", "--before", "--killed", "--stopped", "--after", "--latency"));
        String stillgate = options.get("--stillgate");
        if (stillgate == null) {
            throw new IllegalArgumentException("--stillgate is missing");
        }
        return new FleetOptions(
                stillgate,
                number(options, "--gateways", 3),
                number(options, "--before", 15),
                number(options, "--killed", 10),
                number(options, "--stopped", 30),
                number(options, "--after", 10),
                options.get("--latency", "judged").equals("judged"));
    }

    private static int number(Options options, String name, int otherwise) {
        return (int) options.integer(name, otherwise, 1, 3600);
    }
}
