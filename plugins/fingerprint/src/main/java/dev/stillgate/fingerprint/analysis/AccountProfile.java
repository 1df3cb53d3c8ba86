package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.Profile;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;

/** One account as it stands in its columns. */
record AccountProfile(Columns c, int i) implements Profile {
    /** The least share of an account's exchanges that a key must have to stand for the account. */
    private static final double KEY_SHARE = 0.25;

    /** The least share of an account's prompts that must ask for a ware for it to stand for the account. */
    private static final double WARE_SHARE = 0.3;

    @Override
    public double exchanges() {
        return c.exchanges[i];
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
        return c.activeDays[i];
    }

    @Override
    public double atHour(int hour) {
        return c.hours[i * Columns.HOURS + hour];
    }

    @Override
    public double meanLogGap() {
        return c.logGaps[i] / Math.max(1, c.exchanges[i] - 1);
    }

    @Override
    public double deviationOfLogGap() {
        return deviation(c.logGaps[i], c.logGapSquares[i], Math.max(1, c.exchanges[i] - 1));
    }

    @Override
    public double meanLogPrompt() {
        return c.logPrompts[i] / Math.max(1, c.prompts[i]);
    }

    @Override
    public double deviationOfLogPrompt() {
        return deviation(c.logPrompts[i], c.logPromptSquares[i], Math.max(1, c.prompts[i]));
    }

    @Override
    public double meanLogAnswer() {
        return c.logAnswers[i] / Math.max(1, c.answers[i]);
    }

    @Override
    public double deviationOfLogAnswer() {
        return deviation(c.logAnswers[i], c.logAnswerSquares[i], Math.max(1, c.answers[i]));
    }

    private static double deviation(double sum, double squares, double n) {
        double mean = sum / n;
        return Math.sqrt(Math.max(0, squares / n - mean * mean));
    }

    @Override
    public double singleTurns() {
        return share(Columns.SINGLE_TURN);
    }

    @Override
    public double toolTurns() {
        return share(Columns.TOOL_TURN);
    }

    @Override
    public double code() {
        return share(Columns.CODE);
    }

    @Override
    public double saturated() {
        return share(Columns.SATURATED);
    }

    @Override
    public double hosted() {
        return share(Columns.HOSTED);
    }

    /** Returns the share of the answers' characters that is prose, in which a mark can stand. */
    double prose() {
        return share(Columns.PROSE);
    }

    @Override
    public double elicited(Elicitation ware) {
        return share(Columns.FIRST_WARE + ware.place());
    }

    private double share(int share) {
        return c.shares[i * Columns.SHARES + share] / 32_000.0;
    }

    @Override
    public double topic(int dimension) {
        return c.topics[i * PromptFeatures.TOPICS + dimension] / 127.0;
    }

    @Override
    public double networks() {
        return distinct(Long.bitCount(c.networks[i]), Long.SIZE);
    }

    @Override
    public double clients() {
        return distinct(Integer.bitCount(c.clients[i]), Integer.SIZE);
    }

    /** Estimates a number of distinct values from a bitmap: K.-Y. Whang et al., "A linear-time probabilistic counting", 1990. */
    private static double distinct(int bits, int size) {
        return -size * Math.log1p(-Math.min(bits, size - 1) / (double) size);
    }

    @Override
    public double ageInDays() {
        return c.createdDay[i] < 0 ? Double.NaN : c.createdDay[i];
    }

    /** Returns one of the account's two most frequent values of a key, 0 when it is not frequent enough to stand for it. */
    int key(SharedKey kind, boolean second) {
        if (kind == SharedKey.WARE) {
            return second ? 0 : ware();
        }
        int at = i * Columns.KEYS + kind.place();
        int count = second ? c.keySecondCount[at] : c.keyFirstCount[at];
        boolean frequent = count >= 3 && count >= KEY_SHARE * c.keyTotal[at];
        return !frequent ? 0 : second ? c.keySecond[at] : c.keyFirst[at];
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
