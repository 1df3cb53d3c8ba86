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
 * Half of a gateway's load, or a rate that is given, for some minutes or hours. Fails when an error has no reason, or when
 * memory or descriptors grow. What has a reason stands in a file that grows meanwhile: lines of two times, in milliseconds of
 * the epoch, between which the upstream was away.
 */
public final class SoakRun {
    private static final int SAMPLE_SECONDS = 10;
    private static final int WARM_UP_SECONDS = 15;
    private static final long AFTERMATH_MILLIS = 3_000;
    private static final double MOST_GROWTH = 0.05;
    private static final double MOST_DESCRIPTORS = 10;

    private SoakRun() {}

    /**
     * Takes the ports in clear and over TLS, the gateway's process id, how many seconds, the file of reasons, and the rate,
     * of which 0 is half of what it answers.
     */
    public static void main(String[] args) throws Exception {
        SoakLoad load = new SoakLoad(at(args[0]), at(args[1]));
        int seconds = Integer.parseInt(args[3]);
        load.most(WARM_UP_SECONDS);
        double half = load.most(WARM_UP_SECONDS / 2) / 2;
        double rate = args[5].equals("0") ? half : Double.parseDouble(args[5]);
        load.failures().clear();
        Files.writeString(Path.of(args[4] + ".begun"), "");
        ProcessSamples samples = new ProcessSamples(Long.parseLong(args[2]));
        Thread sampler = Thread.ofPlatform().daemon().start(() -> sample(samples, seconds));
        long before = load.asked();
        load.run(seconds, rate);
        sampler.join(TimeUnit.SECONDS.toMillis(2L * SAMPLE_SECONDS));
        boolean well = errors(load, Path.of(args[4]));
        System.out.printf(
                Locale.ROOT,
                "%,d requests at %.0f a second, %,d streams read slowly, %d samples%n",
                load.asked() - before,
                rate,
                load.slowlyRead(),
                samples.size());
        System.out.println("| | from | to | an hour |\n|---|--:|--:|--:|");
        for (ProcessSamples.What what : ProcessSamples.What.values()) {
            ProcessSamples.Line line = samples.line(what);
            System.out.printf(
                    Locale.ROOT, "| %s | %.1f | %.1f | %+.1f |%n", what.title, line.from(), line.to(), line.hour());
            well &= what == ProcessSamples.What.DESCRIPTORS
                    ? line.to() - line.from() < MOST_DESCRIPTORS
                    : line.growth() < MOST_GROWTH;
        }
        System.exit(well ? 0 : 1);
    }

    /** Returns how long after the upstream was back it was, in whole seconds. */
    private static String since(SoakLoad.Failure failure, List<long[]> away) {
        return away.stream().mapToLong(time -> time[1]).filter(back -> back <= failure.millis()).max().stream()
                .mapToObj(back -> ", %d s after the upstream was back".formatted((failure.millis() - back) / 1000))
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
                System.out.println(samples.newest());
            }
        } catch (IOException | InterruptedException e) {
            System.out.println("no more samples: " + e);
        }
    }

    /** Prints what went wrong; returns whether all of it has a reason. */
    private static boolean errors(SoakLoad load, Path reasons) throws IOException {
        List<long[]> away = Files.readAllLines(reasons).stream()
                .map(line -> line.split(" "))
                .map(times -> new long[] {Long.parseLong(times[0]), Long.parseLong(times[1])})
                .toList();
        List<SoakLoad.Failure> unexplained = load.failures().stream()
                .filter(failure -> away.stream()
                        .noneMatch(
                                time -> failure.millis() >= time[0] && failure.millis() <= time[1] + AFTERMATH_MILLIS))
                .toList();
        System.out.printf(
                "%d errors while the upstream was away (%d times), %d without a reason%n",
                load.failures().size() - unexplained.size(), away.size(), unexplained.size());
        Map<String, Long> kinds = unexplained.stream()
                .collect(Collectors.groupingBy(
                        failure -> failure.what() + since(failure, away), TreeMap::new, Collectors.counting()));
        kinds.forEach((what, count) -> System.out.println("  " + count + " x " + what));
        return unexplained.isEmpty();
    }
}
