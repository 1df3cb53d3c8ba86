package dev.stillgate.loadtests.fleet;

/**
 * How long each part of a run takes, in seconds, and the command that starts a gateway.
 *
 * @param before with the store, after the warm-up
 * @param killed with the store's process gone
 * @param stopped with the store standing still
 * @param after with the store back, after each of the two
 * @param judge whether latency is judged, which a machine with other work cannot bear
 */
record FleetOptions(String stillgate, int gateways, int before, int killed, int stopped, int after, boolean judge) {
    private static final FleetOptions DEFAULT = new FleetOptions("", 3, 15, 10, 30, 10, true);

    /** Reads arguments; throws {@link IllegalArgumentException} naming the one that is wrong. */
    static FleetOptions parse(String[] args) {
        FleetOptions options = DEFAULT;
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            options = options.with(args[i], args[i + 1]);
        }
        if (options.stillgate.isEmpty()) {
            throw new IllegalArgumentException("--stillgate is missing");
        }
        return options;
    }

    private FleetOptions with(String name, String value) {
        return switch (name) {
            case "--stillgate" -> new FleetOptions(value, gateways, before, killed, stopped, after, judge);
            case "--gateways" -> new FleetOptions(stillgate, number(value), before, killed, stopped, after, judge);
            case "--before" -> new FleetOptions(stillgate, gateways, number(value), killed, stopped, after, judge);
            case "--killed" -> new FleetOptions(stillgate, gateways, before, number(value), stopped, after, judge);
            case "--stopped" -> new FleetOptions(stillgate, gateways, before, killed, number(value), after, judge);
            case "--after" -> new FleetOptions(stillgate, gateways, before, killed, stopped, number(value), judge);
            case "--latency" ->
                new FleetOptions(stillgate, gateways, before, killed, stopped, after, value.equals("judged"));
            default -> throw new IllegalArgumentException("unknown: " + name);
        };
    }

    private static int number(String value) {
        int number = Integer.parseInt(value);
        if (number < 1 || number > 3600) {
            throw new IllegalArgumentException("expected 1 to 3600, found " + value);
        }
        return number;
    }
}
