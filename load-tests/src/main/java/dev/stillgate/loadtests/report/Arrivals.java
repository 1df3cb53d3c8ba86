package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;

/**
 * Arrival process of a run: at constant gaps, or with exponential gaps (Poisson). The same seed gives the same arrivals.
 *
 * @param rate requests per second
 */
record Arrivals(boolean poisson, double rate) {
    private static final double NANOS = 1e9;
    private static final double MAX_RATE = 100_000;

    /**
     * Parses {@code constant} or {@code poisson}, both also with {@code :RATE}.
     *
     * @param rate the rate if the text has none, 0 for none
     * @throws IllegalArgumentException if the text is invalid or lacks a rate
     */
    static Arrivals parse(String text, double rate) {
        String[] parts = text.split(":", 2);
        boolean number = parts.length == 2 && parts[1].matches("\\d{1,6}(\\.\\d+)?");
        double own = number ? Double.parseDouble(parts[1]) : parts.length == 1 ? rate : 0;
        if (own <= 0 || own > MAX_RATE || !(parts[0].equals("constant") || parts[0].equals("poisson"))) {
            throw new IllegalArgumentException("--arrivals: expected constant:RATE or poisson:RATE, found " + text);
        }
        return new Arrivals(parts[0].equals("poisson"), own);
    }

    /** Returns the intended starts in the first seconds, at least one, in nanoseconds since the start of the run. */
    List<Long> schedule(double seconds, long seed) {
        Dice dice = new Dice(seed).child("arrivals");
        List<Long> starts = new ArrayList<>();
        double at = poisson ? dice.exponential() / rate : 0;
        while (at < seconds || starts.isEmpty()) {
            starts.add((long) (at * NANOS));
            at = poisson ? at + dice.exponential() / rate : starts.size() / rate;
        }
        return starts;
    }

    /** Returns the process in words. */
    String description() {
        return (poisson ? "Poisson, " : "constant, ") + MarkdownReport.number(rate) + "/s";
    }
}
