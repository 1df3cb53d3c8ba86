package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Values of an account's traits over its first conversation starts. A trait keeps its value in starts that do not show it.
 *
 * @param changes changes of values in the order of starts; each has the start from 0 in 3 bits, {@link JoinTrait#place} in 5,
 *     and the value in 24. The path begins each start, changed or not
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FirstStarts(int[] changes) {
    /** Number of conversation starts within which an account can join a campaign. */
    public static final int MOST = 8;

    /** No starts. */
    public static final FirstStarts NONE = new FirstStarts(new int[0]);

    private static final int VALUE_BITS = 24;
    private static final int PLACE_BITS = 5;

    /** Returns these starts and one more. */
    public FirstStarts with(Observation seen, PromptFeatures prompt) {
        int[] latest = count() == 0 ? new int[JoinTrait.COUNT] : rows().getLast();
        int[] all = Arrays.copyOf(changes, changes.length + JoinTrait.COUNT);
        int length = changes.length;
        for (JoinTrait trait : JoinTrait.values()) {
            int value = trait.of(seen, prompt);
            if (trait == JoinTrait.PATH || (value != JoinTrait.UNKNOWN && value != latest[trait.place()])) {
                all[length++] = (((count() << PLACE_BITS) | trait.place()) << VALUE_BITS) | value;
            }
        }
        return new FirstStarts(Arrays.copyOf(all, length));
    }

    /** Returns the number of starts, at most {@value #MOST}. */
    public int count() {
        return changes.length == 0 ? 0 : start(changes[changes.length - 1]) + 1;
    }

    /** Returns whether the path has all {@value #MOST} starts. */
    public boolean isComplete() {
        return count() == MOST;
    }

    /** Returns whether all traits exist, and changes are in the order of starts and traits, from a path for each start. */
    public boolean isValid() {
        int starts = 0;
        int before = -1;
        for (int change : changes) {
            boolean isPath = place(change) == JoinTrait.PATH.place();
            starts += isPath ? 1 : 0;
            int key = change >>> VALUE_BITS;
            if (key <= before
                    || start(change) != starts - 1
                    || place(change) >= JoinTrait.COUNT
                    || (isPath && !JoinTrait.isPath(value(change)))) {
                return false;
            }
            before = key;
        }
        return true;
    }

    /** Returns the path of the first start, {@link JoinTrait#UNKNOWN} without starts. */
    int path() {
        return changes.length == 0 ? JoinTrait.UNKNOWN : value(changes[0]);
    }

    /** Returns the values after each start by {@link JoinTrait#place}, {@link JoinTrait#UNKNOWN} for those not shown yet. */
    public List<int[]> rows() {
        List<int[]> rows = new ArrayList<>(MOST);
        for (int change : changes) {
            if (start(change) == rows.size()) {
                rows.add(
                        rows.isEmpty()
                                ? new int[JoinTrait.COUNT]
                                : rows.getLast().clone());
            }
            rows.getLast()[place(change)] = value(change);
        }
        return rows;
    }

    /** Returns the known values of a trait, perhaps repeated. */
    public int[] values(JoinTrait trait) {
        int[] values = new int[MOST];
        int count = 0;
        for (int change : changes) {
            if (place(change) == trait.place()) {
                values[count++] = value(change);
            }
        }
        return Arrays.copyOf(values, count);
    }

    private static int start(int change) {
        return change >>> (VALUE_BITS + PLACE_BITS);
    }

    private static int place(int change) {
        return (change >>> VALUE_BITS) & ((1 << PLACE_BITS) - 1);
    }

    private static int value(int change) {
        return change & ((1 << VALUE_BITS) - 1);
    }
}
