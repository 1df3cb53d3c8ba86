package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.options.Options;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Options of a run.
 *
 * @param stillgate command that starts a gateway
 * @param clockLibrary library that lets a file move a process's wall clock
 * @param seed of the plan of faults and orders
 * @param approvals number of operators that must agree
 * @param healSeconds time within which a healed fleet must show what was ordered
 * @param faults the faults that may happen
 */
record OrdersOptions(
        String stillgate,
        String clockLibrary,
        long seed,
        int minutes,
        int gateways,
        int approvals,
        int healSeconds,
        List<Fault> faults) {

    /** Parses arguments; throws {@link IllegalArgumentException} naming an invalid one. */
    static OrdersOptions parse(String[] args) {
        Options options = new Options(
                args,
                0,
                List.of(
                        "--stillgate",
                        "--clock-library",
                        "--seed",
                        "--minutes",
                        "--gateways",
                        "--approvals",
                        "--heal",
                        "--faults"));
        long seed = options.integer("--seed", System.nanoTime() % 1_000_000, 0, Long.MAX_VALUE);
        String faults = options.get("--faults");
        return new OrdersOptions(
                options.get("--stillgate", "proxy/bin/stillgate"),
                options.get("--clock-library", ""),
                seed,
                (int) options.integer("--minutes", 10, 1, 24 * 60),
                (int) options.integer("--gateways", 3, 3, 5),
                (int) options.integer("--approvals", seed % 2 == 0 ? 2 : 1, 1, 2),
                (int) options.integer("--heal", 30, 1, 600),
                faults == null
                        ? List.of(Fault.values())
                        : Arrays.stream(faults.split(","))
                                .map(name -> Fault.valueOf(
                                        name.toUpperCase(Locale.ROOT).replace('-', '_')))
                                .toList());
    }
}
