package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.PromptFeatures;

/**
 * The two most frequent values of each shared key of an account (J. Misra and D. Gries, "Finding repeated elements",
 * 1982). The algorithm cannot miss a value with more than a third of all counts. Values are truncated to 24 bits; a
 * collision only adds an unrelated account to a comparison.
 */
public final class FrequentValues {
    /** Least share of an account's prompts for a frequent value. */
    private static final double MIN_SHARE = 0.25;

    private static final int MIN_COUNT = 3;

    private FrequentValues() {}

    static void count(AccountColumns c, int i, Observation seen, PromptFeatures prompt) {
        if (++c.keyTotal[i] == Byte.MAX_VALUE) {
            c.keyTotal[i] >>= 1;
            halve(c, i, false);
        }
        count(c, i, SharedKey.SYSTEM, prompt.system);
        count(c, i, SharedKey.TOOLS, prompt.tools);
        count(c, i, SharedKey.CLIENT, seen.client);
        count(c, i, SharedKey.SHAPE, seen.shape);
        if (prompt.analysedChars > 0 && prompt.assistantTurns == 0) {
            if (++c.keyFirstTurns[i] == Byte.MAX_VALUE) {
                c.keyFirstTurns[i] >>= 1;
                halve(c, i, true);
            }
            count(c, i, SharedKey.OPENING, prompt.opening);
            count(c, i, SharedKey.SKETCH_A, band(prompt.sketch, 0));
            count(c, i, SharedKey.SKETCH_B, band(prompt.sketch, 2));
        }
    }

    private static boolean countsFirstTurns(SharedKey key) {
        return key == SharedKey.OPENING || key == SharedKey.SKETCH_A || key == SharedKey.SKETCH_B;
    }

    private static void halve(AccountColumns c, int i, boolean firstTurns) {
        for (SharedKey key : SharedKey.values()) {
            if (key.place() < AccountColumns.KEYS && countsFirstTurns(key) == firstTurns) {
                int at = i * AccountColumns.KEYS + key.place();
                c.keyFirstCount[at] >>= 1;
                c.keySecondCount[at] >>= 1;
            }
        }
    }

    private static long band(int[] sketch, int from) {
        long a = sketch[from];
        return a == 0 ? 0 : ((a << 32) | (sketch[from + 1] & 0xffff_ffffL)) * 0x9e3779b97f4a7c15L;
    }

    /** Returns the truncated value of a key in one exchange; 0 if it has none. */
    public static int valueOf(SharedKey key, Observation seen, PromptFeatures prompt) {
        long hash = switch (key) {
            case SYSTEM -> prompt.system;
            case TOOLS -> prompt.tools;
            case OPENING -> prompt.opening;
            case SYSTEM_LIKE -> prompt.systemShingle;
            case SKETCH_A -> band(prompt.sketch, 0);
            case SKETCH_B -> band(prompt.sketch, 2);
            case CLIENT -> seen.client;
            case SHAPE -> seen.shape;
        };
        return hash == 0 ? 0 : Observation.kept(hash);
    }

    private static void count(AccountColumns c, int i, SharedKey key, long hash) {
        if (hash == 0) {
            return;
        }
        int at = i * AccountColumns.KEYS + key.place();
        int value = Observation.kept(hash);
        int first = AccountColumns.hash(c.keyFirst, at);
        int second = AccountColumns.hash(c.keySecond, at);
        if (first == value || (c.keyFirstCount[at] == 0 && second != value)) {
            AccountColumns.hash(c.keyFirst, at, value);
            c.keyFirstCount[at]++;
        } else if (second == value || c.keySecondCount[at] == 0) {
            AccountColumns.hash(c.keySecond, at, value);
            c.keySecondCount[at]++;
        } else {
            c.keyFirstCount[at]--;
            c.keySecondCount[at]--;
        }
    }

    /** Returns one of an account's two most frequent values; 0 if it is not frequent enough. */
    static int value(AccountColumns c, int i, SharedKey key, boolean second) {
        int at = i * AccountColumns.KEYS + key.place();
        int count = second ? c.keySecondCount[at] : c.keyFirstCount[at];
        int total = countsFirstTurns(key) ? c.keyFirstTurns[i] : c.keyTotal[i];
        return count >= MIN_COUNT && count >= MIN_SHARE * total
                ? AccountColumns.hash(second ? c.keySecond : c.keyFirst, at)
                : 0;
    }
}
