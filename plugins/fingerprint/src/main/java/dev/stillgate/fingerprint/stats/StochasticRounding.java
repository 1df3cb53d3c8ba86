package dev.stillgate.fingerprint.stats;

/**
 * Rounds up or down with the chance that makes the mean right, so that steps smaller than the last digit are not lost but
 * taken now and then (stochastic rounding: M. Croci et al., "Stochastic rounding: implementation, error analysis and
 * applications", 2022). Always the same way in the same order of calls. One thread only.
 */
public final class StochasticRounding {
    private static final float LARGEST = 60_000;
    private long state = 0x9e3779b97f4a7c15L;

    private float chance() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return (state >>> 40) * 0x1p-24f;
    }

    public int round(float value) {
        int down = (int) Math.floor(value);
        return value - down > chance() ? down + 1 : down;
    }

    /** Returns one of the two 16-bit floats next to a number of at least 0; what is above 60,000 is taken for it. */
    public short half(float value) {
        float kept = Math.clamp(value, 0, LARGEST);
        short near = Float.floatToFloat16(kept);
        float rounded = Float.float16ToFloat(near);
        if (rounded == kept) {
            return near;
        }
        short down = rounded > kept ? (short) (near - 1) : near;
        float low = Float.float16ToFloat(down);
        float high = Float.float16ToFloat((short) (down + 1));
        return (kept - low) / (high - low) > chance() ? (short) (down + 1) : down;
    }
}
