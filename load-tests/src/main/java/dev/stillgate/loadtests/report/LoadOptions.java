package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.options.Options;
import dev.stillgate.loadtests.report.arrival.Arrivals;
import dev.stillgate.loadtests.report.figure.Slo;
import dev.stillgate.loadtests.report.send.RequestKind;
import dev.stillgate.loadtests.report.send.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Options of a run with a report. */
final class LoadOptions {
    private static final List<String> KNOWN = List.of(
            "--out",
            "--scenario",
            "--url",
            "--direct",
            "--keys",
            "--direct-keys",
            "--model",
            "--stub",
            "--api",
            "--arrivals",
            "--rate",
            "--seconds",
            "--seed",
            "--slo",
            "--sweep",
            "--waking",
            "--drain");
    private static final List<String> SCENARIOS = List.of("Streaming", "SteadyRate");
    private static final int GENERATED_KEYS = 100;
    private static final double FASTEST = 100_000;

    private final Options options;
    private final boolean streams;

    private LoadOptions(Options options) {
        this.options = options;
        this.streams = options.choice("--scenario", "Streaming", SCENARIOS).equals("Streaming");
    }

    /** Parses arguments; throws {@link IllegalArgumentException} naming an invalid one. */
    static LoadOptions parse(String[] args, int from) {
        return new LoadOptions(new Options(args, from, KNOWN));
    }

    private String required(String option) {
        String value = options.get(option);
        if (value == null) {
            throw new IllegalArgumentException(option + " is needed");
        }
        return value;
    }

    Path out() {
        return Path.of(required("--out"));
    }

    String scenario() {
        return streams ? "Streaming" : "SteadyRate";
    }

    String model() {
        return options.get("--model", "stub-1");
    }

    /** Returns the gateway, and the model itself if it gets requests of its own. */
    List<Target> targets() throws IOException {
        String keys = options.get("--keys");
        Target gateway = new Target(url("--url", required("--url")), keys(keys));
        String direct = options.get("--direct");
        return direct == null
                ? List.of(gateway)
                : List.of(
                        gateway,
                        new Target(
                                url("--direct", direct), keys(options.get("--direct-keys", keys == null ? "" : keys))));
    }

    private static String url(String option, String text) {
        if (!text.matches("https?://[^/\\s]+.*")) {
            throw new IllegalArgumentException(option + ": expected an http or https URL, found " + text);
        }
        return text.replaceFirst("/+$", "");
    }

    private static List<String> keys(@Nullable String file) throws IOException {
        if (file == null || file.isEmpty()) {
            return IntStream.range(0, GENERATED_KEYS)
                    .mapToObj(i -> "sk-load-" + i)
                    .toList();
        }
        List<String> keys = Files.readAllLines(Path.of(file)).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(file + " has no keys");
        }
        return keys;
    }

    RequestKind kind() {
        String stub = options.get("--stub");
        String api = options.choice("--api", stub == null ? "messages" : "both", List.of("messages", "chat", "both"));
        String base =
                stub != null && stub.isEmpty() ? streams ? "delay=100,pace=20,events=60,size=236" : "size=240" : stub;
        return new RequestKind(streams, RequestKind.Apis.valueOf(api.toUpperCase(Locale.ROOT)), model(), base);
    }

    Arrivals arrivals() {
        double rate = options.number("--rate", 0, 0.001, FASTEST);
        String text = options.get("--arrivals", "constant");
        boolean traced = text.startsWith("trace:");
        return Arrivals.parse(text, rate == 0 && !traced ? streams ? 20 : 200 : rate);
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

    /** Returns the rates of a sweep in ascending order, none without a sweep. */
    List<Double> sweep() {
        String text = options.get("--sweep");
        if (text == null) {
            return List.of();
        }
        try {
            List<Double> rates = Arrays.stream(text.split(",", -1))
                    .map(each -> Double.valueOf(each.strip()))
                    .sorted()
                    .distinct()
                    .toList();
            if (rates.getFirst() > 0 && rates.getLast() <= FASTEST) {
                return rates;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--sweep: expected rates such as 5,10,20, found " + text, e);
        }
        throw new IllegalArgumentException("--sweep: a rate of " + text + " is out of range");
    }

    /** Returns the length of the warm-up in seconds, 0 for none. */
    double waking() {
        return options.number("--waking", 6, 0, 600);
    }

    /** Returns the maximum time for the responses after the last arrival in seconds. */
    long drain() {
        return options.integer("--drain", 120, 1, 3600);
    }
}
