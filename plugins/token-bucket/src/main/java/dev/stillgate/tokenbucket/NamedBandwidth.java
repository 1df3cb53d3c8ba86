package dev.stillgate.tokenbucket;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * One limit as Bucket4j keeps it, with what an answer says of it.
 *
 * <p>The bandwidth's id tells whether a bucket may go on with its state after a reload: a greedy one may always, since
 * its clock stands at the last refill; one that refills by interval only if the interval is the same, since the time
 * since the last refill is not credited yet and must not be credited at another pace.
 *
 * @param name the name in the policy
 * @param measure what it counts
 * @param bandwidth full at the start
 * @param alone the configuration that holds this bandwidth only
 * @param described capacity and refill for people
 */
record NamedBandwidth(String name, Measure measure, Bandwidth bandwidth, BucketConfiguration alone, String described) {
    private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(62);
    private static final long MILLI = 1000;

    /**
     * Makes the bandwidth, its numbers times a factor that is rounded to thousandths.
     *
     * @throws IllegalArgumentException when Bucket4j could not keep it exactly in 64 bits
     */
    static NamedBandwidth of(
            String name, Measure measure, long capacity, Refill refill, RefillStyle style, double factor) {
        BigInteger milli = BigInteger.valueOf(Math.max(1, Math.round(factor * MILLI)));
        BigInteger thousand = BigInteger.valueOf(MILLI);
        BigInteger size =
                BigInteger.valueOf(capacity).multiply(milli).divide(thousand).max(BigInteger.ONE);
        BigInteger tokens = BigInteger.valueOf(refill.tokens()).multiply(milli);
        BigInteger nanos = BigInteger.valueOf(refill.period().toNanos());
        Bandwidth bandwidth;
        if (style == RefillStyle.GREEDY) {
            bandwidth = greedy(name, size, tokens, nanos.multiply(thousand));
        } else {
            bandwidth = interval(name, size, tokens.divide(thousand).max(BigInteger.ONE), nanos);
        }
        String times = factor == 1.0 ? "" : " times " + milli.doubleValue() / MILLI;
        String described =
                size + " " + measure.name().toLowerCase(Locale.ROOT) + ", refilled at " + refill.text() + times;
        return new NamedBandwidth(name, measure, bandwidth, new BucketConfiguration(List.of(bandwidth)), described);
    }

    long capacity() {
        return bandwidth.getCapacity();
    }

    /** Returns how long it takes at most from nothing to full, in nanoseconds. */
    long nanosFromEmpty() {
        return nanosFor(capacity());
    }

    /** Returns how long it takes at most until so many more are back, in nanoseconds; never less than it takes. */
    long nanosFor(long tokens) {
        long period = bandwidth.getRefillPeriodNanos();
        if (bandwidth.isRefillIntervally()) {
            return Math.ceilDiv(tokens, bandwidth.getRefillTokens()) * period;
        }
        return Math.ceilDiv(tokens * period, bandwidth.getRefillTokens());
    }

    /** Continuous refill, reduced to lowest terms; when that is still too fine for 64 bits, a little slower instead. */
    private static Bandwidth greedy(String name, BigInteger size, BigInteger tokens, BigInteger nanos) {
        BigInteger divisor = tokens.gcd(nanos);
        BigInteger each = tokens.divide(divisor);
        BigInteger period = nanos.divide(divisor);
        if (each.max(size).multiply(period).compareTo(EXACT) > 0) {
            period = period.add(each).subtract(BigInteger.ONE).divide(each);
            each = BigInteger.ONE;
            if (period.compareTo(BigInteger.valueOf(1000)) < 0) {
                throw new IllegalArgumentException("refill: more than 1,000,000 a second, and no round number of them");
            }
        }
        check(each, period, size.multiply(period));
        return Bandwidth.builder()
                .capacity(size.longValueExact())
                .refillGreedy(each.longValueExact(), Duration.ofNanos(period.longValueExact()))
                .id(name)
                .build();
    }

    private static Bandwidth interval(String name, BigInteger size, BigInteger tokens, BigInteger nanos) {
        check(tokens, nanos, size.divide(tokens).add(BigInteger.ONE).multiply(nanos));
        return Bandwidth.builder()
                .capacity(size.longValueExact())
                .refillIntervally(tokens.longValueExact(), Duration.ofNanos(nanos.longValueExact()))
                .id(name + " every " + tokens + '/' + nanos)
                .build();
    }

    private static void check(BigInteger tokens, BigInteger nanos, BigInteger work) {
        if (tokens.compareTo(nanos) > 0) {
            throw new IllegalArgumentException("refill: expected at most one a nanosecond");
        }
        if (work.compareTo(EXACT) > 0) {
            throw new IllegalArgumentException("refill: so slow that the capacity would take over a century to fill");
        }
    }
}
