package dev.stillgate.tokenbucket.policy;

import io.github.bucket4j.Bandwidth;
import java.math.BigInteger;
import java.time.Duration;

/**
 * Creates Bucket4j bandwidths from a capacity and a refill, scaled by a factor, that Bucket4j computes exactly in 64
 * bits.
 */
final class Bandwidths {
    private static final BigInteger MAX_PRODUCT = BigInteger.ONE.shiftLeft(62);
    private static final BigInteger THOUSAND = BigInteger.valueOf(1000);

    private Bandwidths() {}

    /** Converts a factor to thousandths, at least 1. */
    static long toThousandths(double factor) {
        return Math.max(1, Math.round(factor * 1000));
    }

    /** Multiplies a number by a factor in thousandths, rounded down, at least 1. */
    static long scale(long number, long thousandths) {
        return BigInteger.valueOf(number)
                .multiply(BigInteger.valueOf(thousandths))
                .divide(THOUSAND)
                .max(BigInteger.ONE)
                .longValueExact();
    }

    /**
     * Returns a bandwidth that starts full.
     *
     * @throws IllegalArgumentException if Bucket4j cannot compute it exactly in 64 bits
     */
    static Bandwidth of(String name, long capacity, Refill refill, RefillStyle style, long thousandths) {
        BigInteger size = BigInteger.valueOf(scale(capacity, thousandths));
        BigInteger tokens = BigInteger.valueOf(refill.tokens()).multiply(BigInteger.valueOf(thousandths));
        BigInteger nanos = BigInteger.valueOf(refill.period().toNanos());
        return style == RefillStyle.GREEDY
                ? greedy(name, size, tokens, nanos.multiply(THOUSAND))
                : interval(name, size, tokens.divide(THOUSAND).max(BigInteger.ONE), nanos);
    }

    /** Returns a copy of a bandwidth that starts with a number of tokens. */
    static Bandwidth startingWith(Bandwidth full, long tokens) {
        var capacity = Bandwidth.builder().capacity(full.getCapacity());
        var period = Duration.ofNanos(full.getRefillPeriodNanos());
        var refilled = full.isRefillIntervally()
                ? capacity.refillIntervally(full.getRefillTokens(), period)
                : capacity.refillGreedy(full.getRefillTokens(), period);
        return refilled.id(full.getId()).initialTokens(tokens).build();
    }

    /**
     * Creates a greedy bandwidth with the refill reduced to lowest terms. If that still exceeds 64 bits, its refill is
     * slightly slower.
     */
    private static Bandwidth greedy(String name, BigInteger size, BigInteger tokens, BigInteger nanos) {
        BigInteger divisor = tokens.gcd(nanos);
        BigInteger tokensPerPeriod = tokens.divide(divisor);
        BigInteger period = nanos.divide(divisor);
        if (tokensPerPeriod.max(size).multiply(period).compareTo(MAX_PRODUCT) > 0) {
            period = period.add(tokensPerPeriod).subtract(BigInteger.ONE).divide(tokensPerPeriod);
            tokensPerPeriod = BigInteger.ONE;
            if (period.compareTo(BigInteger.valueOf(1000)) < 0) {
                throw new IllegalArgumentException(
                        "refill: too fast to be computed exactly; use a rounder number of tokens");
            }
        }
        check(tokensPerPeriod, period, size.multiply(period));
        return Bandwidth.builder()
                .capacity(size.longValueExact())
                .refillGreedy(tokensPerPeriod.longValueExact(), Duration.ofNanos(period.longValueExact()))
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

    private static void check(BigInteger tokens, BigInteger nanos, BigInteger product) {
        if (tokens.compareTo(nanos) > 0) {
            throw new IllegalArgumentException("refill: expected at most one a nanosecond");
        }
        if (product.compareTo(MAX_PRODUCT) > 0) {
            throw new IllegalArgumentException("refill: too slow, the capacity would take over a century to fill");
        }
    }
}
