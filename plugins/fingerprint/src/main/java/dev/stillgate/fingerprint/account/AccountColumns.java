package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.join.FirstStarts;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.Arrays;
import java.util.List;

/**
 * Column store for {@value #SIZE} accounts: {@value #ACCOUNT} bytes for each account, besides object headers and the
 * {@link FirstStarts}.
 */
final class AccountColumns {
    static final int SIZE = 1 << 10;

    /** Number of shared keys that are counted; later keys are derived from other data. */
    static final int KEYS = SharedKey.SYSTEM_LIKE.place();

    /** Bytes of a stored key value. */
    static final int HASH = 3;

    // Shares, as running means of 8 bits; those of elicitation kinds come last, in the order of the enum. Number 6 is
    // free: earlier versions of the state file have a share there.
    static final int SINGLE_TURN = 0;
    static final int TOOL_TURN = 1;
    static final int CODE = 2;
    static final int SATURATED = 3;
    static final int HOSTED = 4;
    static final int PROSE = 5;
    static final int ROAMING = 7;
    static final int FIRST_ELICITATION = 8;
    static final int SHARES = 13;

    /** Bins of the hour of the day, of two hours each. */
    static final int HOURS = 12;

    // Quantities with a mean and a variance.
    static final int GAP = 0;
    static final int PROMPT = 1;
    static final int ANSWER = 2;
    static final int MEANS = 3;

    static final int ACCOUNT =
            4 * 10 + 2 * (7 + 2 * MEANS) + HOURS + SHARES + PromptFeatures.TOPICS + KEYS * (2 * HASH + 2) + 7;

    final int[] lastSecond = new int[SIZE];

    /** Second of the epoch at which the last conversation began. */
    final int[] lastStart = new int[SIZE];

    final int[] organisation = new int[SIZE];
    final int[] networks = new int[SIZE];
    final float[] exchanges = new float[SIZE];
    final float[] exposure = new float[SIZE];
    final float[] hourSquares = new float[SIZE];
    final float[] tenMinuteSquares = new float[SIZE];

    /** Day of the epoch on which the account was first seen, and its age in days on that day. */
    final short[] firstDay = new short[SIZE];

    final short[] createdDay = new short[SIZE];

    final short[] hourCount = new short[SIZE];
    final short[] tenMinuteCount = new short[SIZE];
    final short[] clients = new short[SIZE];

    /** Counts and variances are 16-bit floats with stochastic rounding; means are in units of 1/4000. */
    final short[] prompts = new short[SIZE];

    final short[] answers = new short[SIZE];
    final short[] means = new short[SIZE * MEANS];
    final short[] variances = new short[SIZE * MEANS];

    /** In eighths of a day. */
    final byte[] activeDays = new byte[SIZE];

    /** Address blocks of the account, as a Bloom filter of 8 bits. */
    final byte[] blocks = new byte[SIZE];

    final byte[] hours = new byte[SIZE * HOURS];
    final byte[] shares = new byte[SIZE * SHARES];
    final byte[] topics = new byte[SIZE * PromptFeatures.TOPICS];

    /** The two most frequent values of each key, three bytes each, and their counts. */
    final byte[] keyFirst = new byte[SIZE * KEYS * HASH];

    final byte[] keySecond = new byte[SIZE * KEYS * HASH];
    final byte[] keyFirstCount = new byte[SIZE * KEYS];
    final byte[] keySecondCount = new byte[SIZE * KEYS];

    /** Number of prompts from which the keys were counted, and of those that begin a conversation. */
    final byte[] keyTotal = new byte[SIZE];

    final byte[] keyFirstTurns = new byte[SIZE];

    /** Index of the account's tier. */
    final byte[] tier = new byte[SIZE];

    /** {@link DialectVote} of the account's exchanges, and whether it is verified. */
    final byte[] dialect = new byte[SIZE];

    /**
     * Share of prompts that the provider refused, of those whose response was read, as a running mean: 1 to 255, and 0
     * if none has been read.
     */
    final byte[] declined = new byte[SIZE];

    /** Second of the epoch of the first conversation start. */
    final int[] firstStart = new int[SIZE];

    /** Changes of {@link FirstStarts}, which are not among {@link #all} columns. */
    final int[][] starts = new int[SIZE][];

    AccountColumns() {
        Arrays.fill(starts, FirstStarts.NONE.changes());
    }

    static {
        if (SHARES != FIRST_ELICITATION + Elicitation.values().length) {
            throw new IllegalStateException("there are " + Elicitation.values().length + " kinds of elicitation");
        }
    }

    /** Returns all columns in the order of the file format: ints, floats, shorts, bytes, and the newest at the end. */
    List<Object> all() {
        return List.of(
                lastSecond,
                lastStart,
                organisation,
                networks,
                exchanges,
                exposure,
                hourSquares,
                tenMinuteSquares,
                firstDay,
                createdDay,
                hourCount,
                tenMinuteCount,
                clients,
                prompts,
                answers,
                means,
                variances,
                activeDays,
                blocks,
                hours,
                shares,
                topics,
                keyFirst,
                keySecond,
                keyFirstCount,
                keySecondCount,
                keyTotal,
                keyFirstTurns,
                tier,
                dialect,
                declined,
                firstStart);
    }

    /** Clears the account at an offset. */
    void clear(int i) {
        starts[i] = FirstStarts.NONE.changes();
        for (Object column : all()) {
            switch (column) {
                case int[] ints -> ints[i] = 0;
                case float[] floats -> floats[i] = 0;
                case short[] shorts ->
                    Arrays.fill(shorts, each(shorts.length) * i, each(shorts.length) * (i + 1), (short) 0);
                case byte[] bytes -> Arrays.fill(bytes, each(bytes.length) * i, each(bytes.length) * (i + 1), (byte) 0);
                default -> throw new IllegalStateException("a column of " + column.getClass());
            }
        }
    }

    private static int each(int length) {
        return length / SIZE;
    }

    /** Clears everything that depends on the hash key: hashes and random projections. */
    void forgetKeyed() {
        Arrays.fill(networks, 0);
        Arrays.fill(clients, (short) 0);
        Arrays.fill(starts, FirstStarts.NONE.changes());
        for (byte[] keyed :
                List.of(blocks, topics, keyFirst, keySecond, keyFirstCount, keySecondCount, keyTotal, keyFirstTurns)) {
            Arrays.fill(keyed, (byte) 0);
        }
    }

    /** Returns a value of three bytes. */
    static int hash(byte[] column, int at) {
        int from = at * HASH;
        return (column[from] & 0xff) << 16 | (column[from + 1] & 0xff) << 8 | (column[from + 2] & 0xff);
    }

    static void hash(byte[] column, int at, int value) {
        int from = at * HASH;
        column[from] = (byte) (value >>> 16);
        column[from + 1] = (byte) (value >>> 8);
        column[from + 2] = (byte) value;
    }
}
