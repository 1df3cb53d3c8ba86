package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.options.Options;
import dev.stillgate.loadtests.report.ModelRequests.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Options of a run with a report. Its methods throw {@link IllegalArgumentException} naming an invalid option. */
final class LoadOptions {
    private static final List<String> KNOWN = List.of(
            ("--out --scenario --url --direct --keys --direct-keys --model --stub --api --arrivals --rate --seconds --seed"
                            + " --slo --waking")
                    .split(" "));
    private static final int GENERATED_KEYS = 100;

    private final Options options;
    private final boolean streams;

    LoadOptions(String[] args, int from) {
        options = new Options(args, from, KNOWN);
        streams = scenario().equals("Streaming");
    }

    String scenario() {
        return options.choice("--scenario", "Streaming", List.of("Streaming", "SteadyRate"));
    }

    /** Returns the load's settings by name. */
    Map<String, Object> described() throws IOException {
        return Map.of(
                "scenario", scenario(),
                "urls", targets().stream().map(Target::url).toList(),
                "model", requests().model(),
                "arrivals", arrivals().description(),
                "seed", seed(),
                "slo", slo().text(),
                "latency_begins", "intended start");
    }

    Path out() {
        return Path.of(options.get("--out", "report"));
    }

    /** Returns the gateway, and the model itself if it gets requests of its own. */
    List<Target> targets() throws IOException {
        List<Target> targets = new ArrayList<>();
        targets.add(target("--url", options.get("--url", ""), options.get("--keys")));
        String direct = options.get("--direct");
        if (direct != null) {
            String keys = options.get("--direct-keys");
            targets.add(target("--direct", direct, keys == null ? options.get("--keys") : keys));
        }
        return targets;
    }

    private static Target target(String option, String url, @Nullable String keys) throws IOException {
        if (!url.matches("https?://[^/\\s]+.*")) {
            throw new IllegalArgumentException(option + ": expected an http or https URL, found " + url);
        }
        List<String> all = keys == null
                ? IntStream.range(0, GENERATED_KEYS)
                        .mapToObj(i -> "sk-load-" + i)
                        .toList()
                : Files.readAllLines(Path.of(keys)).stream()
                        .filter(line -> !line.isBlank())
                        .map(String::strip)
                        .toList();
        if (all.isEmpty()) {
            throw new IllegalArgumentException(keys + " has no keys");
        }
        return new Target(url.replaceFirst("/+$", ""), all);
    }

    ModelRequests requests() {
        String stub = options.get("--stub");
        String api = options.choice("--api", stub == null ? "messages" : "both", List.of("messages", "chat", "both"));
        String pace = streams ? "delay=100,pace=20,events=60,size=236" : "size=240";
        return new ModelRequests(streams, api, options.get("--model", "stub-1"), "".equals(stub) ? pace : stub);
    }

    Arrivals arrivals() {
        double rate = options.number("--rate", streams ? 20 : 200, 0.001, 100_000);
        return Arrivals.parse(options.get("--arrivals", "constant"), rate);
    }

    double seconds() {
        return options.number("--seconds", 20, 0.1, 86_400);
    }

    long seed() {
        return options.integer("--seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    Slo slo() {
        return Slo.parse(options.get("--slo", ""));
    }

    /** Returns the length of the warm-up in seconds, 0 for none. */
    double waking() {
        return options.number("--waking", 6, 0, 600);
    }
}
