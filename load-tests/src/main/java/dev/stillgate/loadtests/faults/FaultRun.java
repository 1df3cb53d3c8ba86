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
 * A gateway under an even load whose upstreams suffer one fault after the other, and what its callers see of each: fails when
 * that is worse than {@link Fault} says, or when somebody sees what no caller ever should.
 */
public final class FaultRun {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int CALM_MILLIS = 3_000;
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

    /** Takes the gateway's port, the script that makes faults, callers a second, seconds of each fault, and names of faults. */
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
                "otherwise",
                "cut",
                "calm p50/p99",
                "then p50/p99",
                "well after");
        for (Fault fault : Fault.all()) {
            if (wanted.isEmpty() || wanted.contains(fault.name())) {
                run.suffer(fault);
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

    private void suffer(Fault fault) throws IOException, InterruptedException {
        hook("policy", fault.policy());
        try (SteadyLoad load = new SteadyLoad(gateway, rate)) {
            settle(load, System.nanoTime());
        }
        try (SteadyLoad load = new SteadyLoad(gateway, rate)) {
            long begin = System.nanoTime();
            Thread.sleep(CALM_MILLIS);
            long broken = System.nanoTime();
            load.think(fault.delayMillis());
            hook(fault.name(), "on");
            Thread.sleep(seconds * 1_000L);
            hook(fault.name(), "off");
            load.think(0);
            long over = System.nanoTime();
            long recovery = settle(load, over) - over;
            hook(fault.name(), "check");
            load.end();
            long before = broken - SECOND / 2; // from then on an answer may be under way when the fault comes
            tell(fault, load.between(begin, before), load.between(before, over), recovery);
        }
    }

    /** Waits until all who came within a second were answered; returns when that second began. */
    private static long settle(SteadyLoad load, long from) throws InterruptedException {
        while (System.nanoTime() - from < SETTLED_WITHIN) {
            Thread.sleep(100);
            long end = System.nanoTime() - SECOND / 2;
            List<Outcome> last = load.between(from, end);
            long since = load.lastWaiting(from, end);
            for (Outcome each : last) {
                boolean well = each.kind() == Outcome.Kind.ANSWERED && each.took() < SECOND;
                since = well ? since : Math.max(since, each.due() + 1);
            }
            if (end - since >= SECOND) {
                return since;
            }
        }
        return from + SETTLED_WITHIN;
    }

    private void tell(Fault fault, List<Outcome> calm, List<Outcome> during, long recovery) {
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
                otherwise(during),
                cut,
                millis(calm, 0.5) + "/" + millis(calm, 0.99),
                millis(during, 0.5) + "/" + millis(during, 0.99),
                TimeUnit.NANOSECONDS.toMillis(recovery) + " ms");
        miss(fault, share < fault.answered(), "too few were answered: " + answered + " of " + during.size());
        miss(fault, cut > fault.cut(), "too many answers broke off: " + cut);
        miss(
                fault,
                millis(during, 0.99) > fault.slowest(),
                "one of a hundred waited for longer than " + fault.slowest() + " ms");
        miss(
                fault,
                recovery > fault.recovery() * 1_000_000L,
                "it took longer than " + fault.recovery() + " ms to be well again");
        miss(fault, count(during, Outcome.Kind.HUNG) > 0, "somebody was left without an answer");
        miss(fault, count(during, Outcome.Kind.BROKEN) > 0, "somebody was closed, or refused in no provider's shape");
        for (Outcome each : during) {
            if (each.kind() == Outcome.Kind.REFUSED && !fault.statuses().contains(each.status())) {
                miss(fault, true, "somebody was refused with " + each.status());
                break;
            }
        }
    }

    private void miss(Fault fault, boolean missed, String what) {
        if (missed) {
            misses.add(fault.name() + ": " + what);
        }
    }

    private static long count(List<Outcome> seen, Outcome.Kind kind) {
        return seen.stream().filter(each -> each.kind() == kind).count();
    }

    /** Returns how those were told who were not answered, and how many. */
    private static String otherwise(List<Outcome> seen) {
        java.util.TreeMap<String, Integer> counts = new java.util.TreeMap<>();
        for (Outcome each : seen) {
            switch (each.kind()) {
                case ANSWERED, CUT -> {}
                case REFUSED -> counts.merge(Integer.toString(each.status()), 1, Integer::sum);
                case BROKEN, HUNG -> counts.merge(each.kind().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        return counts.isEmpty() ? "-" : counts.toString().replaceAll("[{}]", "").replace('=', ':');
    }

    private static long millis(List<Outcome> seen, double share) {
        long[] sorted = seen.stream().mapToLong(Outcome::took).sorted().toArray();
        return sorted.length == 0
                ? 0
                : TimeUnit.NANOSECONDS.toMillis(
                        sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))]);
    }
}
