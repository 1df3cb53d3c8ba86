package dev.stillgate.fingerprint.join;

/**
 * Values of an account's traits over its first conversation starts; each trait has its first known value.
 *
 * @param values value by {@link JoinTrait#place}
 * @param known number of the start, from 1, at which the trait became known, by place; 0 for an unknown trait
 * @param count number of starts, at most {@value #MOST}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FirstStarts(int[] values, byte[] known, int count) {
    /** Number of conversation starts within which an account can join a campaign. */
    public static final int MOST = 8;

    /** Returns whether the path has all {@value #MOST} starts. */
    public boolean isComplete() {
        return count == MOST;
    }

    /** Returns whether all numbers are within their bounds, and the first value of the path names a dialect. */
    public boolean isValid() {
        boolean isCounted = count >= 0 && count <= MOST;
        for (int at : known) {
            isCounted &= at >= 0 && at <= count;
        }
        return isCounted && JoinTrait.isPath(values[JoinTrait.PATH.place()]);
    }

    /** Returns the first value of a trait, {@link JoinTrait#UNKNOWN} if no start shows it. */
    public int value(JoinTrait trait) {
        return values[trait.place()];
    }

    /** Returns the start at which a trait became known, 0 for an unknown trait. */
    int knownAt(JoinTrait trait) {
        return known[trait.place()];
    }
}
