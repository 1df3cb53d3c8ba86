package dev.stillgate.fingerprint.account;

import dev.stillgate.fingerprint.signal.Profile;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;

/**
 * One account as it stands in its columns.
 *
 * @param component the number of those among whom its answers go round, 0 for nobody
 */
public record AccountProfile(AccountColumns c, int i, int component) implements Profile {
    /** The least share of an account's prompts that must ask for a ware for it to stand for the account. */
    private static final double WARE_SHARE = 0.3;

    /**
     * The least share of the times when it may have moved that an account must come from a block of addresses that is new: of
     * one that is somewhere else each time, about two in five are held for known, since blocks are told apart by 8 bits.
     */
    private static final double ROAMING = 0.35;

    @Override
    public double exchanges() {
        return c.exchanges[i];
    }

    /** Returns how many prompts were seen, faded as the exchanges are: those of conversations under way too. */
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
    public double meanLogAnswer() {
        return AccountTable.mean(c, i, AccountColumns.ANSWER);
    }

    @Override
    public double deviationOfLogAnswer() {
        return Math.sqrt(AccountTable.variance(c, i, AccountColumns.ANSWER));
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

    /** Returns the share of the answers' characters that is prose, in which a mark can stand. */
    public double prose() {
        return share(AccountColumns.PROSE);
    }

    /** Returns the share of exchanges whose client looked like another than it claimed to be. */
    public double disguised() {
        return share(AccountColumns.DISGUISED);
    }

    @Override
    public double elicited(Elicitation ware) {
        return share(AccountColumns.FIRST_WARE + ware.place());
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

    /** Estimates a number of distinct values from a bitmap: K.-Y. Whang et al., "A linear-time probabilistic counting", 1990. */
    private static double distinct(int bits, int size) {
        return -size * Math.log1p(-Math.min(bits, size - 1) / (double) size);
    }

    /** Returns whether it comes from elsewhere nearly every time, and not from where it was before. */
    public boolean roams() {
        return share(AccountColumns.ROAMING) >= ROAMING;
    }

    @Override
    public double ageInDays() {
        return c.createdDay[i] < 0 ? Double.NaN : c.createdDay[i];
    }

    /** Returns one of the account's two most frequent values of a key, 0 when it is not frequent enough to stand for it. */
    public int key(SharedKey kind, boolean second) {
        return switch (kind) {
            case WARE -> second ? 0 : ware();
            case ISSUED_CONTEXT -> second ? 0 : component;
            case SYSTEM_LIKE, ROAMING -> 0; // known of templates only, and of what is searched for
            default -> FrequentValues.value(c, i, kind, second);
        };
    }

    private int ware() {
        int most = 0;
        double share = WARE_SHARE;
        for (Elicitation ware : Elicitation.values()) {
            if (elicited(ware) > share) {
                share = elicited(ware);
                most = ware.place() + 1;
            }
        }
        return most;
    }
}
