package dev.stillgate.loadtests.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs a gateway at half of its maximum load, or at a given rate, for minutes or hours. Fails if a request fails
 * without a reason, or if memory or descriptors grow. A growing file has the reasons: each line has two times in
 * milliseconds since the epoch, between which the upstream was down.
 */
public final class SoakRun {
    private static final int SAMPLE_SECONDS = 10;
    private static final int WARM_UP_SECONDS = 15;
    private static final long AFTERMATH_MILLIS = 3_000;
    private static final double MAX_GROWTH = 0.05;
    private static final double MAX_DESCRIPTORS = 10;

    private SoakRun() {}

    /**
     * Arguments: port in clear, port over TLS, process id of the gateway, seconds, file of reasons, requests per second
     * (0 for half of the maximum).
     */
    public static void main(String[] args) throws Exception {
        SoakLoad load = new SoakLoad(at(args[0]), at(args[1]));
        int seconds = Integer.parseInt(args[3]);
        load.maxRate(WARM_UP_SECONDS);
        double half = load.maxRate(WARM_UP_SECONDS / 2) / 2;
        double rate = args[5].equals("0") ? half : Double.parseDouble(args[5]);
        load.failures().clear();
        Files.writeString(Path.of(args[4] + ".begun"), "");
        ProcessSamples samples = new ProcessSamples(Long.parseLong(args[2]));
        Thread sampler = Thread.ofPlatform().daemon().start(() -> sample(samples, seconds));
        long before = load.requests();
        load.run(seconds, rate);
        sampler.join(TimeUnit.SECONDS.toMillis(2L * SAMPLE_SECONDS));
        boolean passed = errors(load, Path.of(args[4]));
        System.out.printf(
                Locale.ROOT,
                "%,d requests at %.0f per second, %,d streams read slowly, %d samples%n",
                load.requests() - before,
                rate,
                load.slowlyRead(),
                samples.size());
        System.out.println("| | from | to | per hour |\n|---|--:|--:|--:|");
        for (ProcessSamples.Quantity quantity : ProcessSamples.Quantity.values()) {
            ProcessSamples.Line line = samples.line(quantity);
            System.out.printf(
                    Locale.ROOT, "| %s | %.1f | %.1f | %+.1f |%n", quantity.title, line.from(), line.to(), line.hour());
            passed &= quantity == ProcessSamples.Quantity.DESCRIPTORS
                    ? line.to() - line.from() < MAX_DESCRIPTORS
                    : line.growth() < MAX_GROWTH;
        }
        System.exit(passed ? 0 : 1);
    }

    /** Returns a text with the whole seconds since the upstream came back, empty before that. */
    private static String since(SoakLoad.Failure failure, List<long[]> outages) {
        return outages.stream().mapToLong(time -> time[1]).filter(back -> back <= failure.millis()).max().stream()
                .mapToObj(back -> ", %d s after the upstream came back".formatted((failure.millis() - back) / 1000))
                .findFirst()
                .orElse("");
    }

    private static InetSocketAddress at(String port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }

    private static void sample(ProcessSamples samples, int seconds) {
        try {
            long begin = System.nanoTime();
            for (int at = 0; at < seconds; at += SAMPLE_SECONDS) {
                long wait = begin + TimeUnit.SECONDS.toNanos(at) - System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(Math.max(0, wait));
                samples.take(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) / 1000.0);
                System.out.println(samples.last());
            }
        } catch (IOException | InterruptedException e) {
            System.out.println("sampling failed: " + e);
        }
    }

    /** Prints the failures; returns whether all of them have a reason. */
    private static boolean errors(SoakLoad load, Path reasons) throws IOException {
        List<long[]> outages = Files.readAllLines(reasons).stream()
                .map(line -> line.split(" "))
                .map(times -> new long[] {Long.parseLong(times[0]), Long.parseLong(times[1])})
                .toList();
        List<SoakLoad.Failure> unexplained = load.failures().stream()
                .filter(failure -> outages.stream()
                        .noneMatch(
                                time -> failure.millis() >= time[0] && failure.millis() <= time[1] + AFTERMATH_MILLIS))
                .toList();
        System.out.printf(
                "%d errors while the upstream was down (%d times), %d without a reason%n",
                load.failures().size() - unexplained.size(), outages.size(), unexplained.size());
        Map<String, Long> kinds = unexplained.stream()
                .collect(Collectors.groupingBy(
                        failure -> failure.what() + since(failure, outages), TreeMap::new, Collectors.counting()));
        kinds.forEach((what, count) -> System.out.println("  " + count + " x " + what));
        return unexplained.isEmpty();
    }
}
