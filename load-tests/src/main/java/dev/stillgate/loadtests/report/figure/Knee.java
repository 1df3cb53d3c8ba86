package dev.stillgate.loadtests.report.figure;

import java.util.List;
import java.util.OptionalDouble;

/** The knee of a sweep: the highest rate up to which every rate had at least 95 % good responses of all requests. */
public final class Knee {
    /** The least share of good responses. */
    public static final double LEAST = 0.95;

    private Knee() {}

    /**
     * A rate of a sweep.
     *
     * @param rate requests per second
     */
    public record Step(double rate, Figures figures) {}

    /** Returns whether a higher rate than the knee was tried, so that the knee is more than a lower bound. */
    public static boolean isReached(List<Step> steps) {
        return of(steps).orElse(Double.NEGATIVE_INFINITY) < steps.getLast().rate();
    }

    /** Returns the knee of steps in ascending order of rates, empty if the lowest rate had fewer good responses. */
    public static OptionalDouble of(List<Step> steps) {
        OptionalDouble knee = OptionalDouble.empty();
        for (Step step : steps) {
            if (step.figures().goodFraction() < LEAST) {
                break;
            }
            knee = OptionalDouble.of(step.rate());
        }
        return knee;
    }
}
