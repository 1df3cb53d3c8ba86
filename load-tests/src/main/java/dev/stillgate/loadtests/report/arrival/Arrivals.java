package dev.stillgate.loadtests.report.arrival;

import dev.stillgate.loadtests.campaign.random.Dice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arrival process of a run: at constant gaps, with exponential gaps (Poisson), or as in a trace file. The same seed
 * gives the same arrivals.
 *
 * @param trace the file of a trace, null for the two other kinds
 * @param rate requests per second; for a trace 0 for its own pace
 */
public record Arrivals(Kind kind, double rate, @Nullable Path trace) {
    private static final double NANOS = 1e9;
    private static final int MOST = 2_000_000;

    /** The kinds of arrival processes. */
    public enum Kind {
        CONSTANT,
        POISSON,
        TRACE
    }

    /**
     * Parses {@code constant}, {@code poisson} (both also with {@code :RATE}) or {@code trace:FILE}.
     *
     * @param rate the rate if the text has none, 0 for none
     * @throws IllegalArgumentException if the text is invalid, or lacks the rate that its kind needs
     */
    public static Arrivals parse(String text, double rate) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        if (kind.equals("trace") && !rest.isEmpty()) {
            return new Arrivals(Kind.TRACE, rate, Path.of(rest));
        }
        double own = rest.isEmpty() ? rate : rate(text, rest);
        if (own <= 0 || !(kind.equals("constant") || kind.equals("poisson"))) {
            throw new IllegalArgumentException(
                    "--arrivals: expected constant:RATE, poisson:RATE or trace:FILE, found " + text);
        }
        return new Arrivals(kind.equals("poisson") ? Kind.POISSON : Kind.CONSTANT, own, null);
    }

    private static double rate(String text, String digits) {
        try {
            double rate = Double.parseDouble(digits);
            if (rate > 0 && rate <= 100_000) {
                return rate;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--arrivals: " + text + " has no rate", e);
        }
        throw new IllegalArgumentException("--arrivals: " + text + " has no rate from 0 to 100000");
    }

    /** Returns the same process at another rate; a trace is stretched or compressed to that mean rate. */
    public Arrivals at(double newRate) {
        return new Arrivals(kind, newRate, trace);
    }

    /**
     * Returns the arrivals of the first seconds, at least one.
     *
     * @throws IllegalArgumentException if the trace is invalid, or there are more than two million arrivals
     */
    public List<Arrival> schedule(double seconds, long seed) {
        List<Arrival> all =
                trace == null ? generated(seconds, new Dice(seed).child("arrivals")) : traced(trace, seconds);
        if (all.size() > MOST) {
            throw new IllegalArgumentException("more than " + MOST + " arrivals; shorten --seconds");
        }
        return all;
    }

    private List<Arrival> generated(double seconds, Dice dice) {
        List<Arrival> all = new ArrayList<>();
        double at = kind == Kind.POISSON ? dice.exponential() / rate : 0;
        while ((at < seconds || all.isEmpty()) && all.size() <= MOST) {
            all.add(new Arrival((long) (at * NANOS), 0, 0));
            at = kind == Kind.POISSON ? at + dice.exponential() / rate : all.size() / rate;
        }
        return all;
    }

    private List<Arrival> traced(Path file, double seconds) {
        List<Arrival> read = TraceFile.read(file);
        double factor = 1;
        if (rate > 0 && read.size() > 1) {
            double length = read.getLast().offset() / NANOS;
            if (length == 0) {
                throw new IllegalArgumentException("the trace " + file + " has one timestamp only, which has no rate");
            }
            factor = (read.size() - 1) / length / rate;
        }
        List<Arrival> all = new ArrayList<>();
        for (Arrival arrival : read) {
            long offset = (long) (arrival.offset() * factor);
            if (offset >= seconds * NANOS && !all.isEmpty()) {
                break;
            }
            all.add(new Arrival(offset, arrival.inputTokens(), arrival.outputTokens()));
        }
        return all;
    }

    /** Returns the process in the words of a report. */
    public String description() {
        return switch (kind) {
            case CONSTANT -> "constant, " + plain(rate) + "/s";
            case POISSON -> "Poisson, " + plain(rate) + "/s";
            case TRACE -> "trace" + (rate > 0 ? ", scaled to " + plain(rate) + "/s" : "");
        };
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
