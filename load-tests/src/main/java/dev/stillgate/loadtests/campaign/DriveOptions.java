package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.SignUpRules;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Tactics;
import dev.stillgate.loadtests.options.Options;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of {@code campaign drive}. */
public final class DriveOptions {
    private final Options options;

    private DriveOptions(Options options) {
        this.options = options;
    }

    /** Parses arguments; throws {@link IllegalArgumentException} naming an invalid one. */
    public static DriveOptions parse(String[] args, int from) {
        List<String> known = new ArrayList<>(
                List.of("--url", "--admin", "--calendar", "--model-port", "--minutes", "--speedup", "--answers"));
        known.addAll(Simulation.OPTIONS);
        Options options = new Options(args, from, known);
        if (options.get("--url") == null || options.get("--model-port") == null) {
            throw new IllegalArgumentException("--url and --model-port are needed");
        }
        return new DriveOptions(options);
    }

    /** Returns the URLs of the gateways, which must be on loopback. */
    public List<URI> gateways() {
        return onLoopback("--url");
    }

    /** Returns the admin URLs of the gateways, which must be on loopback; empty if standings are not read. */
    public List<URI> admins() {
        return options.get("--admin") == null ? List.of() : onLoopback("--admin");
    }

    /** Returns when the gateways' calendar began to run faster, in milliseconds since the epoch. */
    public long calendar() {
        return options.integer("--calendar", System.currentTimeMillis(), 0, 1_000_000_000_000_000L);
    }

    private List<URI> onLoopback(String option) {
        List<URI> urls = Arrays.stream(options.get(option, "").split(",", -1))
                .map(URI::create)
                .toList();
        for (URI url : urls) {
            if (!"127.0.0.1".equals(url.getHost()) && !"localhost".equals(url.getHost())) {
                throw new IllegalArgumentException(option + ": expected http://127.0.0.1:PORT, found " + url);
            }
        }
        return urls;
    }

    /** Returns the port of the simulated model. */
    public int modelPort() {
        return (int) options.integer("--model-port", 0, 0, 65_535);
    }

    /** Returns the file for the texts that campaigns are served, null for none. */
    public @Nullable Path answers() {
        String file = options.get("--answers");
        return file == null ? null : Path.of(file);
    }

    public double minutes() {
        return options.number("--minutes", 10, 0.01, 10_000);
    }

    /** Returns the factor by which time is compressed. */
    public double speedup() {
        return options.number("--speedup", 1440, 0.1, 1e6);
    }

    public Simulation simulation() {
        return Simulation.of(options, Tactics.STUBBORN, SignUpRules.PLAIN);
    }
}
