package dev.stillgate.loadtests.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs a gateway under a constant load while its upstreams have one fault after the other. Fails if the outcomes exceed
 * the bounds of {@link Fault}, or if a client gets no response or a malformed error.
 */
public final class FaultRun {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int BASELINE_MILLIS = 3_000;
    private static final long SETTLED_WITHIN = 30 * SECOND;
    private static final String ROW = "%-15s %8s %8s %8s %-24s %5s %14s %14s %10s%n";

    private final InetSocketAddress gateway;
    private final List<String> hook;
    private final int rate;
    private final int seconds;
    private final List<String> misses = new ArrayList<>();

    private FaultRun(InetSocketAddress gateway, String hook, int rate, int seconds) {
        this.gateway = gateway;
        this.hook = List.of("bash", hook);
        this.rate = rate;
        this.seconds = seconds;
    }

    /**
     * Arguments: port of the gateway, script that causes faults, requests per second, seconds of each fault, names of
     * faults.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        InetSocketAddress gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        FaultRun run = new FaultRun(gateway, args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        Set<String> wanted = Set.copyOf(Arrays.asList(args).subList(4, args.length));
        System.out.printf(
                Locale.ROOT,
                ROW,
                "fault",
                "requests",
                "answered",
                "share",
                "others",
                "cut",
                "before p50/p99",
                "during p50/p99",
                "recovery");
        for (Fault fault : Fault.all()) {
            if (wanted.isEmpty() || wanted.contains(fault.name())) {
                run.run(fault);
            }
        }
        run.misses.forEach(System.out::println);
        System.exit(run.misses.isEmpty() ? 0 : 1);
    }

    private void hook(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(hook);
        Collections.addAll(command, words);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new java.io.File(System.getenv("RUN") + "/net.out")))
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private void run(Fault fault) throws IOException, InterruptedException {
        hook("policy", fault.policy());
        try (SteadyLoad load = new SteadyLoad(gateway, rate)) {
            settle(load, System.nanoTime());
        }
        try (SteadyLoad load = new SteadyLoad(gateway, rate)) {
            long begin = System.nanoTime();
            Thread.sleep(BASELINE_MILLIS);
            long broken = System.nanoTime();
            load.delay(fault.delayMillis());
            hook(fault.name(), "on");
            Thread.sleep(seconds * 1_000L);
            hook(fault.name(), "off");
            load.delay(0);
            long over = System.nanoTime();
            long recovery = settle(load, over) - over;
            hook(fault.name(), "check");
            load.end();
            long baselineEnd = broken - SECOND / 2; // later requests may be in flight when the fault begins
            report(fault, load.between(begin, baselineEnd), load.between(baselineEnd, over), recovery);
        }
    }

    /** Waits until all requests of one second are served; returns the start of that second. */
    private static long settle(SteadyLoad load, long from) throws InterruptedException {
        while (System.nanoTime() - from < SETTLED_WITHIN) {
            Thread.sleep(100);
            long end = System.nanoTime() - SECOND / 2;
            List<Outcome> last = load.between(from, end);
            long since = load.lastWaiting(from, end);
            for (Outcome each : last) {
                boolean served = each.kind() == Outcome.Kind.ANSWERED && each.took() < SECOND;
                since = served ? since : Math.max(since, each.due() + 1);
            }
            if (end - since >= SECOND) {
                return since;
            }
        }
        return from + SETTLED_WITHIN;
    }

    private void report(Fault fault, List<Outcome> before, List<Outcome> during, long recovery) {
        long answered = count(during, Outcome.Kind.ANSWERED);
        long cut = count(during, Outcome.Kind.CUT);
        double share = during.isEmpty() ? 0 : (double) answered / during.size();
        System.out.printf(
                Locale.ROOT,
                ROW,
                fault.name(),
                during.size(),
                answered,
                String.format(Locale.ROOT, "%.1f %%", 100 * share),
                others(during),
                cut,
                millis(before, 0.5) + "/" + millis(before, 0.99),
                millis(during, 0.5) + "/" + millis(during, 0.99),
                TimeUnit.NANOSECONDS.toMillis(recovery) + " ms");
        miss(fault, share < fault.answered(), "too few requests were served: " + answered + " of " + during.size());
        miss(fault, cut > fault.cut(), "too many responses were truncated: " + cut);
        miss(fault, millis(during, 0.99) > fault.slowest(), "p99 is above " + fault.slowest() + " ms");
        miss(fault, recovery > fault.recovery() * 1_000_000L, "recovery took longer than " + fault.recovery() + " ms");
        miss(fault, count(during, Outcome.Kind.HUNG) > 0, "a client got no response");
        miss(
                fault,
                count(during, Outcome.Kind.BROKEN) > 0,
                "a connection was closed without a response, or an error was not in the provider's format");
        for (Outcome each : during) {
            if (each.kind() == Outcome.Kind.REFUSED && !fault.statuses().contains(each.status())) {
                miss(fault, true, "unexpected status " + each.status());
                break;
            }
        }
    }

    private void miss(Fault fault, boolean missed, String what) {
        if (missed) {
            misses.add(fault.name() + ": " + what);
        }
    }

    private static long count(List<Outcome> outcomes, Outcome.Kind kind) {
        return outcomes.stream().filter(each -> each.kind() == kind).count();
    }

    /** Returns the counts of refused and broken requests by status. */
    private static String others(List<Outcome> outcomes) {
        java.util.TreeMap<String, Integer> counts = new java.util.TreeMap<>();
        for (Outcome each : outcomes) {
            switch (each.kind()) {
                case ANSWERED, CUT -> {}
                case REFUSED -> counts.merge(Integer.toString(each.status()), 1, Integer::sum);
                case BROKEN, HUNG -> counts.merge(each.kind().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        return counts.isEmpty() ? "-" : counts.toString().replaceAll("[{}]", "").replace('=', ':');
    }

    private static long millis(List<Outcome> outcomes, double share) {
        long[] sorted = outcomes.stream().mapToLong(Outcome::took).sorted().toArray();
        return sorted.length == 0
                ? 0
                : TimeUnit.NANOSECONDS.toMillis(
                        sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))]);
    }
}
