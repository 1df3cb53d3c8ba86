package dev.stillgate.loadtests.gatling;

/**
 * An account and how it asks, at an even pace.
 *
 * @param account its id in {@code accounts.yaml}; its key is {@code sk-} and the id
 * @param perSecond requests a second
 * @param promptCharacters the text of each prompt
 * @param answerCharacters the text of each answer
 * @param maxTokens what it asks for at most
 * @param delayMillis how long the model thinks before it answers
 * @param binds the measure whose limit it runs into, {@code none} for none
 */
record Caller(
        String account,
        String tier,
        double perSecond,
        int promptCharacters,
        int answerCharacters,
        int maxTokens,
        int delayMillis,
        String binds) {
    /** How late a place of an exchange that ended is taken again: the pace of asking, and a machine that is busy. */
    private static final double LATENESS_SECONDS = 0.3;

    /** What one does not compute: requests under way at the end, and pauses of the machine. */
    private static final double TOLERANCE = 0.04;

    /** Shares of refused requests, from 0 to 1. */
    record Shares(double least, double most) {}

    /** Returns the share of requests that the policy refuses in a time, within the tolerance. */
    Shares refused(Budget budget, double seconds) {
        if (binds.equals("none")) {
            return new Shares(0, 0);
        }
        double asked = perSecond * seconds;
        Budget.Limit limit = budget.limit(binds, tier);
        double most;
        double least;
        if (binds.equals("concurrency")) {
            double each = delayMillis / 1000.0;
            most = limit.capacity() * (seconds / each + 1);
            least = limit.capacity() * seconds / (each + 1 / perSecond + LATENESS_SECONDS);
        } else {
            double cost = cost();
            most = limit.over(seconds) / cost + 1;
            least = (limit.over(seconds) - taken(limit)) / cost;
        }
        return new Shares(Math.max(0, 1 - most / asked - TOLERANCE), Math.min(1, 1 - least / asked + TOLERANCE));
    }

    /** Returns what one exchange costs of the limit that binds, as the stub model counts: a quarter of the characters. */
    private double cost() {
        return switch (binds) {
            case "requests" -> 1;
            case "input-tokens" -> 1 + (promptCharacters + 20) / 4.0;
            case "output-tokens" -> 1 + answerCharacters / 4.0;
            default -> throw new IllegalArgumentException("no cost of " + binds);
        };
    }

    /** Returns what has to be there before an exchange is let through, which is then left over at the end. */
    private double taken(Budget.Limit limit) {
        return switch (binds) {
            case "requests" -> 1;
            case "input-tokens" -> promptCharacters / 3.0;
            case "output-tokens" -> Math.min(maxTokens, limit.ceiling());
            default -> throw new IllegalArgumentException("nothing is taken of " + binds);
        };
    }

    String key() {
        return "sk-" + account;
    }

    /** Returns what the stub model is told to do. */
    String stub() {
        return "size=" + answerCharacters + (delayMillis > 0 ? ",delay=" + delayMillis : "");
    }

    String prompt() {
        String sentence = "Why did the tide table and the pencil disagree? ";
        return sentence.repeat(promptCharacters / sentence.length() + 1).substring(0, promptCharacters);
    }
}
