package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.signal.Profile;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.stream.IntStream;

/**
 * View of one account's columns.
 *
 * @param c the columns
 * @param i offset of the account in the columns
 */
public record AccountProfile(AccountColumns c, int i) implements Profile {
    /**
     * Least share of moves to a new address block for a roaming account. An account that never returns reaches about
     * 0.6, since the 8-bit filter takes two in five new blocks for known ones.
     */
    private static final double MIN_ROAMING = 0.35;

    @Override
    public double exchanges() {
        return c.exchanges[i];
    }

    /** Returns the decayed number of prompts, including those of running conversations. */
    public double prompts() {
        return Float.float16ToFloat(c.prompts[i]);
    }

    @Override
    public double exposure() {
        return c.exposure[i];
    }

    @Override
    public double squaresOfTenMinutes() {
        return c.tenMinuteSquares[i] + (double) c.tenMinuteCount[i] * c.tenMinuteCount[i];
    }

    @Override
    public double squaresOfHours() {
        return c.hourSquares[i] + (double) c.hourCount[i] * c.hourCount[i];
    }

    @Override
    public double activeDays() {
        return (c.activeDays[i] & 0xff) / (double) AccountTable.DAY_PARTS;
    }

    @Override
    public double atHour(int hour) {
        return c.hours[i * AccountColumns.HOURS + hour * AccountColumns.HOURS / 24] * AccountColumns.HOURS / 24.0;
    }

    @Override
    public double meanLogGap() {
        return AccountTable.mean(c, i, AccountColumns.GAP);
    }

    @Override
    public double deviationOfLogGap() {
        return Math.sqrt(AccountTable.variance(c, i, AccountColumns.GAP));
    }

    @Override
    public double meanLogPrompt() {
        return AccountTable.mean(c, i, AccountColumns.PROMPT);
    }

    @Override
    public double deviationOfLogPrompt() {
        return Math.sqrt(AccountTable.variance(c, i, AccountColumns.PROMPT));
    }

    @Override
    public double meanLogResponse() {
        return AccountTable.mean(c, i, AccountColumns.ANSWER);
    }

    @Override
    public double deviationOfLogResponse() {
        return Math.sqrt(AccountTable.variance(c, i, AccountColumns.ANSWER));
    }

    /**
     * Returns the mean output tokens of the account's responses if they are log-normal, 0 if it had none. The mean is
     * {@code exp(m + v/2) - 1} for mean m and variance v of the logarithm of 1 plus the tokens.
     */
    public double meanResponse() {
        return Math.expm1(meanLogResponse() + AccountTable.variance(c, i, AccountColumns.ANSWER) / 2);
    }

    @Override
    public double singleTurns() {
        return share(AccountColumns.SINGLE_TURN);
    }

    @Override
    public double toolTurns() {
        return share(AccountColumns.TOOL_TURN);
    }

    @Override
    public double code() {
        return share(AccountColumns.CODE);
    }

    @Override
    public double saturated() {
        return share(AccountColumns.SATURATED);
    }

    @Override
    public double hosted() {
        return share(AccountColumns.HOSTED);
    }

    /** Returns the share of response characters that are prose, which can carry a mark. */
    public double prose() {
        return share(AccountColumns.PROSE);
    }

    /** Returns the share of recent prompts that the provider itself refused, of those whose response was read. */
    public double declined() {
        return AccountTable.declined(c, i);
    }

    /** Returns whether any response was read for the provider's judgement; those of batches are not. */
    public boolean isJudged() {
        return AccountTable.isJudged(c, i);
    }

    /** Returns the share of prompts that ask for a kind of output. */
    public double elicited(Elicitation kind) {
        return share(AccountColumns.FIRST_ELICITATION + kind.index());
    }

    private double share(int share) {
        return AccountTable.share(c, i, share);
    }

    @Override
    public double topic(int dimension) {
        return c.topics[i * PromptFeatures.TOPICS + dimension] / 127.0;
    }

    @Override
    public double networks() {
        return distinct(Integer.bitCount(c.networks[i]), Integer.SIZE);
    }

    @Override
    public double clients() {
        return distinct(Integer.bitCount(c.clients[i] & 0xffff), Short.SIZE);
    }

    /**
     * Estimates a number of distinct values by linear counting (K.-Y. Whang et al., "A linear-time probabilistic
     * counting algorithm for database applications", 1990).
     */
    private static double distinct(int bits, int size) {
        return -size * Math.log1p(-Math.min(bits, size - 1) / (double) size);
    }

    /** Returns whether the account comes from a new address block almost every time. */
    public boolean roams() {
        return share(AccountColumns.ROAMING) >= MIN_ROAMING;
    }

    @Override
    public double ageInDays() {
        return c.createdDay[i] < 0 ? Double.NaN : c.createdDay[i];
    }

    /** Returns one of the two most frequent values of a key; 0 if no value is frequent enough. */
    public int key(SharedKey key, boolean second) {
        return switch (key) {
            case SYSTEM_LIKE -> 0; // not stored by account
            default -> FrequentValues.value(c, i, key, second);
        };
    }

    /** Returns the most frequent values of a key, at most two. */
    public int[] keys(SharedKey key) {
        return IntStream.of(key(key, false), key(key, true))
                .filter(value -> value != 0)
                .distinct()
                .toArray();
    }
}
