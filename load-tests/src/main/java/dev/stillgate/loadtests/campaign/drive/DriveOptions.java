package dev.stillgate.loadtests.campaign.drive;

import dev.stillgate.loadtests.campaign.Cast;
import dev.stillgate.loadtests.campaign.Scenario;
import dev.stillgate.loadtests.campaign.harvest.Blocked;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What {@code drive} was told. */
public final class DriveOptions {
    private static final Set<String> KNOWN = Set.of(
            "--url",
            "--admin",
            "--calendar",
            "--model-port",
            "--minutes",
            "--speedup",
            "--scenario",
            "--seed",
            "--days",
            "--honest",
            "--scale");

    private final Map<String, String> given = new HashMap<>();

    private DriveOptions() {}

    /** Reads arguments; throws {@link IllegalArgumentException} naming the one that is wrong. */
    public static DriveOptions parse(String[] args, int from) {
        DriveOptions options = new DriveOptions();
        for (int i = from; i < args.length; i += 2) {
            if (!KNOWN.contains(args[i])) {
                throw new IllegalArgumentException("unknown: " + args[i]);
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            options.given.put(args[i], args[i + 1]);
        }
        if (!options.given.containsKey("--url") || !options.given.containsKey("--model-port")) {
            throw new IllegalArgumentException("--url and --model-port are needed");
        }
        return options;
    }

    private double number(String option, double otherwise, double least, double most) {
        String value = given.get(option);
        if (value == null) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + ": expected a number, found " + value, e);
        }
        throw new IllegalArgumentException(option + ": expected " + least + " to " + most + ", found " + value);
    }

    /** Returns the gateways, which have to be on loopback. */
    public List<URI> gateways() {
        return onLoopback("--url");
    }

    /** Returns the gateways' admin ports, which have to be on loopback; none when nobody is to be asked how accounts stand. */
    public List<URI> admins() {
        return given.containsKey("--admin") ? onLoopback("--admin") : List.of();
    }

    /** Returns when the gateways' calendar began to run faster, in milliseconds of the epoch. */
    public long calendar() {
        return (long) number("--calendar", (double) System.currentTimeMillis(), 0, 1e15);
    }

    private List<URI> onLoopback(String option) {
        List<URI> urls = Arrays.stream(given.getOrDefault(option, "").split(",", -1))
                .map(URI::create)
                .toList();
        for (URI url : urls) {
            if (!"127.0.0.1".equals(url.getHost()) && !"localhost".equals(url.getHost())) {
                throw new IllegalArgumentException(option + ": expected http://127.0.0.1:PORT, found " + url);
            }
        }
        return urls;
    }

    /** Returns where the model is played. */
    public int modelPort() {
        return (int) number("--model-port", 0, 0, 65_535);
    }

    /** Returns how long it takes. */
    public double minutes() {
        return number("--minutes", 10, 0.01, 10_000);
    }

    /** Returns how much faster time goes. */
    public double speedup() {
        return number("--speedup", 1440, 0.1, 1e6);
    }

    /** Returns who is there. */
    public Cast cast() {
        Scenario scenario = Scenario.named(given.getOrDefault("--scenario", "default"));
        return Cast.draw(
                scenario,
                (long) number("--seed", 1, -1e15, 1e15),
                (int) number("--days", scenario.days(), 1, 1000),
                (int) number("--honest", scenario.honest(), 0, 1e7),
                number("--scale", 1, 1e-6, 1000),
                Blocked.NOBODY);
    }
}
