package dev.stillgate.tokenbucket.charge;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.tokenbucket.policy.Charge;

/**
 * What an exchange costs in the end, by what became of it:
 *
 * <ul>
 *   <li>refused, by whichever filter, or gone before the upstream was asked: nothing;
 *   <li>the upstream failed, or answered with an error: the request, and no tokens;
 *   <li>gone while the answer was awaited: the request and its input;
 *   <li>answered, in whole or in part: the request, its input, and the output as the provider tells it; as the gateway
 *       has counted what was delivered, where the provider has not told it;
 *   <li>a batch that was accepted: its requests, and their input if it is a batch of messages; what a file of requests
 *   costs is charged with its results;
 *   <li>answered in a way that nobody can count, in whole or, in a content coding, in part: what was taken;
 *   <li>to be made in the background, where it goes on when the caller is gone: what was taken, or as the gateway has
 *       counted what was delivered, whichever is more.
 * </ul>
 */
public final class Settlement {
    private Settlement() {}

    /** Sets what the demand's exchange has cost. */
    public static void settle(Charge charge, Provider provider, Outcome outcome) {
        switch (outcome) {
            case Outcome.Rejected rejected -> charge.cost(0, 0, 0);
            case Outcome.UpstreamFailed failed -> charge.cost(charge.requests, 0, 0);
            case Outcome.Served served -> answered(charge, provider, served, true);
            case Outcome.Truncated cut -> answered(charge, provider, cut, false);
            case Outcome.DownstreamGone gone -> {
                switch (gone.phase()) {
                    case READING_BODY, CONNECTING -> charge.cost(0, 0, 0);
                    case AWAITING_ANSWER -> awaited(charge);
                    case STREAMING -> answered(charge, provider, gone, false);
                }
            }
        }
    }

    private static void awaited(Charge charge) {
        if (charge.background) {
            charge.costsReserve = true;
        } else {
            charge.cost(charge.requests, charge.input, 0);
        }
    }

    private static void answered(Charge charge, Provider provider, Outcome outcome, boolean whole) {
        Usage usage = outcome.usage();
        if (outcome.status() >= 300) {
            charge.cost(charge.requests, 0, 0);
        } else if (charge.batch) {
            // A file of requests may be the input of any number of batches, so each pays with its results.
            charge.cost(charge.requests, provider == Provider.OPENAI ? 0 : charge.input, 0);
        } else if ((whole || charge.background || isUnread(charge, outcome)) && !isCounted(charge, usage)) {
            charge.cost(0, 0, usage.output());
            charge.costsReserve = true;
        } else {
            charge.cost(charge.requests, input(charge, provider, usage), usage.output());
        }
    }

    /** Returns whether something was delivered that cannot be read before it is whole. */
    private static boolean isUnread(Charge charge, Outcome outcome) {
        return charge.encoded && outcome.bytes() > 0;
    }

    /** Returns whether anybody can say how much was answered; of an answer in the background only the provider can. */
    private static boolean isCounted(Charge charge, Usage usage) {
        return switch (usage.source()) {
            case EXACT -> usage.output() >= 0;
            case ESTIMATED -> !charge.background;
            case NONE -> false;
        };
    }

    /**
     * Returns the input as the provider counts it against its own limits: Anthropic's {@code input_tokens} and what was
     * written to the cache, but not what was read from it; OpenAI's {@code prompt_tokens}, which include what was read
     * from the cache.
     */
    public static long input(Charge charge, Provider provider, Usage usage) {
        if (usage.input() < 0) {
            return charge.input;
        }
        return switch (provider) {
            case ANTHROPIC ->
                Math.clamp(usage.input(), 0, Charge.MOST) + Math.clamp(usage.cacheWrite(), 0, Charge.MOST);
            case OPENAI -> usage.input();
        };
    }
}
