package dev.stillgate.loadtests.gatling;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Response times of measured requests by name, without those of the warm-up. Thread-safe. */
final class Measured {
    private static final String WAKING = "waking";

    private final Map<String, Times> times = new TreeMap<>();

    private static final class Times {
        private int[] millis = new int[1024];
        private int count;

        private void add(int time) {
            if (count == millis.length) {
                millis = Arrays.copyOf(millis, count * 2);
            }
            millis[count++] = time;
        }

        private Times sorted() {
            Arrays.sort(millis, 0, count);
            return this;
        }

        /** Returns the nearest-rank percentile of sorted times. */
        private int percentile(int percent) {
            return millis[Math.max(0, (int) Math.ceil(count * percent / 100.0) - 1)];
        }
    }

    /** Records the time of a complete response. */
    synchronized void add(String name, int millis) {
        if (!name.equals(WAKING)) {
            times.computeIfAbsent(name, absent -> new Times()).add(millis);
        }
    }

    /** Returns a table with a line for each request name. */
    synchronized String table() {
        StringBuilder table = new StringBuilder(String.format(
                "%-12s %9s %8s %8s %8s %8s%n", "measured", "responses", "p50 ms", "p95 ms", "p99 ms", "max ms"));
        times.forEach((name, all) -> {
            Times sorted = all.sorted();
            table.append(String.format(
                    "%-12s %9d %8d %8d %8d %8d%n",
                    name,
                    sorted.count,
                    sorted.percentile(50),
                    sorted.percentile(95),
                    sorted.percentile(99),
                    sorted.percentile(100)));
        });
        return table.toString();
    }

    /**
     * Returns the 99th percentile of a request name in milliseconds.
     *
     * @throws Missed if there was no complete response
     */
    synchronized int p99(String name) {
        Times all = times.get(name);
        if (all == null) {
            throw new Missed("no response to the request \"" + name + "\" was complete");
        }
        return all.sorted().percentile(99);
    }
}
