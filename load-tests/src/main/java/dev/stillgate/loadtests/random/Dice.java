package dev.stillgate.loadtests.random;

import java.util.List;

/**
 * Deterministic random generator (SplitMix64) with children. A child depends only on its parent's seed and its own tag,
 * so an additional account does not change the draws of the others. Not thread-safe.
 */
public final class Dice {
    private static final char[] LETTERS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final long seed;
    private long state;

    public Dice(long seed) {
        this.seed = seed;
        this.state = seed;
    }

    /** Returns a child, which does not depend on earlier draws. */
    public Dice child(long tag) {
        return new Dice(mix(seed ^ mix(tag + 0x632BE59BD9B4E019L)));
    }

    /** Returns a child by its name. */
    public Dice child(String tag) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < tag.length(); i++) {
            hash = (hash ^ tag.charAt(i)) * 0x100000001B3L;
        }
        return child(hash);
    }

    private static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }

    /** Returns 64 random bits. */
    public long bits() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    /** Returns an integer in [0, bound). */
    public int below(int bound) {
        return (int) (((bits() >>> 32) * bound) >>> 32);
    }

    /** Returns an integer in [low, high]. */
    public int between(int low, int high) {
        return low + below(high - low + 1);
    }

    /** Returns a number in [0, 1). */
    public double unit() {
        return (bits() >>> 11) * 0x1.0p-53;
    }

    /** Returns true with a probability. */
    public boolean chance(double probability) {
        return unit() < probability;
    }

    /** Returns a random element. */
    public <T> T pick(List<T> of) {
        return of.get(below(of.size()));
    }

    /** Returns an index with a probability in proportion to its weight. */
    public int weighted(double... weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double at = unit() * sum;
        for (int i = 0; i < weights.length; i++) {
            at -= weights[i];
            if (at < 0) {
                return i;
            }
        }
        return weights.length - 1;
    }

    /** Draws from the exponential distribution with mean 1. */
    public double exponential() {
        return -Math.log1p(-unit());
    }

    /** Draws from the standard normal distribution (Marsaglia's polar method). */
    public double normal() {
        while (true) {
            double x = 2 * unit() - 1;
            double y = 2 * unit() - 1;
            double s = x * x + y * y;
            if (s > 0 && s < 1) {
                return x * Math.sqrt(-2 * Math.log(s) / s);
            }
        }
    }

    /** Draws from a log-normal distribution. */
    public double logNormal(double median, double sigma) {
        return median * Math.exp(sigma * normal());
    }

    /** Draws from the gamma distribution with scale 1 (Marsaglia and Tsang 2000). */
    public double gamma(double shape) {
        if (shape < 1) {
            return gamma(shape + 1) * Math.pow(1 - unit(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = normal();
            double v = 1 + c * x;
            if (v > 0) {
                v = v * v * v;
                if (Math.log(1 - unit()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                    return d * v;
                }
            }
        }
    }

    /** Draws from the geometric distribution on 1, 2, ... with a mean. */
    public int geometric(double mean) {
        return mean <= 1 ? 1 : 1 + (int) (exponential() / -Math.log1p(-1 / mean));
    }

    /** Returns random letters and digits. */
    public String token(int length) {
        return characters(length, LETTERS);
    }

    /** Returns random hexadecimal digits. */
    public String hex(int length) {
        return characters(length, HEX);
    }

    private String characters(int length, char[] of) {
        char[] drawn = new char[length];
        long left = 0;
        for (int i = 0; i < length; i++) {
            if ((i & 7) == 0) {
                left = bits() >>> 1;
            }
            drawn[i] = of[(int) (left % of.length)];
            left /= of.length;
        }
        return new String(drawn);
    }
}
