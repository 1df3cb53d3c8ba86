package dev.stillgate.loadtests.gatling;

/**
 * An account and its constant load.
 *
 * @param account id in {@code accounts.yaml}; the API key is {@code sk-} and the id
 * @param perSecond requests per second
 * @param promptCharacters length of each prompt
 * @param answerCharacters length of each response
 * @param delayMillis delay of the model before each response
 * @param binds the measure whose limit the account exceeds, {@code none} for none
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
    /** Delay until a finished exchange is replaced by another one, on a busy machine. */
    private static final double LATENESS_SECONDS = 0.3;

    /** Tolerance for requests in flight at the end and pauses of the machine. */
    private static final double TOLERANCE = 0.04;

    /** Bounds of the share of refused requests, from 0 to 1. */
    record Shares(double least, double most) {}

    /** Returns the share of requests that the policy refuses within a number of seconds, with the tolerance. */
    Shares refused(Budget budget, double seconds) {
        if (binds.equals("none")) {
            return new Shares(0, 0);
        }
        double sent = perSecond * seconds;
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
        return new Shares(Math.max(0, 1 - most / sent - TOLERANCE), Math.min(1, 1 - least / sent + TOLERANCE));
    }

    /** Returns the cost of one exchange for the binding limit; the stub model counts a token per four characters. */
    private double cost() {
        return switch (binds) {
            case "requests" -> 1;
            case "input-tokens" -> 1 + (promptCharacters + 20) / 4.0;
            case "output-tokens" -> 1 + answerCharacters / 4.0;
            default -> throw new IllegalArgumentException("no cost of " + binds);
        };
    }

    /** Returns the reserve that must be available to admit an exchange, which remains unused at the end. */
    private double taken(Budget.Limit limit) {
        return switch (binds) {
            case "requests" -> 1;
            case "input-tokens" -> promptCharacters / 3.0;
            case "output-tokens" -> Math.min(maxTokens, limit.ceiling());
            default -> throw new IllegalArgumentException("no reserve of " + binds);
        };
    }

    String key() {
        return "sk-" + account;
    }

    /** Returns the options of the stub model. */
    String stub() {
        return "size=" + answerCharacters + (delayMillis > 0 ? ",delay=" + delayMillis : "");
    }

    String prompt() {
        String sentence = "Why did the tide table and the pencil disagree? ";
        return sentence.repeat(promptCharacters / sentence.length() + 1).substring(0, promptCharacters);
    }
}
