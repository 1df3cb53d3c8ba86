package dev.stillgate.fingerprint.stats;

/**
 * Stochastic rounding: rounds up or down at random so that the result is unbiased, and increments below the resolution
 * are not lost (M. Croci et al., "Stochastic rounding: implementation, error analysis and applications", 2022).
 * Deterministic for a given sequence of calls. Not thread-safe.
 */
public final class StochasticRounding {
    private static final float MAX_HALF = 60_000;
    private long state = 0x9e3779b97f4a7c15L;

    private float nextUniform() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return (state >>> 40) * 0x1p-24f;
    }

    public int round(float value) {
        int down = (int) Math.floor(value);
        return value - down > nextUniform() ? down + 1 : down;
    }

    /**
     * Returns a 16-bit float next to the value.
     *
     * @param value at least 0; larger values are clamped to 60,000
     */
    public short half(float value) {
        float clamped = Math.clamp(value, 0, MAX_HALF);
        short nearest = Float.floatToFloat16(clamped);
        float rounded = Float.float16ToFloat(nearest);
        if (rounded == clamped) {
            return nearest;
        }
        short down = rounded > clamped ? (short) (nearest - 1) : nearest;
        float low = Float.float16ToFloat(down);
        float high = Float.float16ToFloat((short) (down + 1));
        return (clamped - low) / (high - low) > nextUniform() ? (short) (down + 1) : down;
    }
}
