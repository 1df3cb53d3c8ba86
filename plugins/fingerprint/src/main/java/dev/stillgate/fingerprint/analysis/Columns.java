package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;

/**
 * The numbers of {@value #SIZE} accounts, a column for each: about 200 bytes an account, without a header for any of
 * them.
 */
final class Columns {
    /** How many accounts stand in one set of columns. */
    static final int SIZE = 1 << 10;

    /** The keys that are counted; the ware is not one of them, as it follows from the shares. */
    static final int KEYS = SharedKey.WARE.place();

    // Shares of an account's exchanges, kept as running means of 16 bits; those of wares come last, in their order.
    static final int SINGLE_TURN = 0;
    static final int TOOL_TURN = 1;
    static final int CODE = 2;
    static final int SATURATED = 3;
    static final int HOSTED = 4;
    static final int PROSE = 5;
    static final int FIRST_WARE = 6;
    static final int SHARES = FIRST_WARE + Elicitation.values().length;
    static final int HOURS = 24;

    final int[] firstSecond = new int[SIZE];
    final int[] lastSecond = new int[SIZE];
    final float[] exchanges = new float[SIZE];
    final float[] exposure = new float[SIZE];
    final float[] activeDays = new float[SIZE];
    final float[] hourSquares = new float[SIZE];
    final float[] tenMinuteSquares = new float[SIZE];
    final short[] hourCount = new short[SIZE];
    final short[] tenMinuteCount = new short[SIZE];
    final float[] logGaps = new float[SIZE];
    final float[] logGapSquares = new float[SIZE];
    final byte[] hours = new byte[SIZE * HOURS];

    final float[] prompts = new float[SIZE];
    final float[] logPrompts = new float[SIZE];
    final float[] logPromptSquares = new float[SIZE];
    final float[] answers = new float[SIZE];
    final float[] logAnswers = new float[SIZE];
    final float[] logAnswerSquares = new float[SIZE];
    final short[] shares = new short[SIZE * SHARES];
    final byte[] topics = new byte[SIZE * PromptFeatures.TOPICS];

    final long[] networks = new long[SIZE];
    final int[] clients = new int[SIZE];
    final short[] createdDay = new short[SIZE];

    final int[] keyFirst = new int[SIZE * KEYS];
    final int[] keySecond = new int[SIZE * KEYS];
    final byte[] keyFirstCount = new byte[SIZE * KEYS];
    final byte[] keySecondCount = new byte[SIZE * KEYS];
    final byte[] keyTotal = new byte[SIZE * KEYS];
}
