package dev.stillgate.tokenbucket.charge;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.Price;

/**
 * Final cost of an exchange, by its outcome:
 *
 * <ul>
 *   <li>refused by any filter, or aborted before the request was sent upstream: nothing;
 *   <li>upstream failure or error response: the request, and no tokens;
 *   <li>aborted while waiting for the response: the request and its input;
 *   <li>complete or partial response: the request, its input, and the output as reported by the provider, or else as
 *     counted by the gateway from the delivered bytes;
 *   <li>complete response without output to a prompt that only prepares one: its input;
 *   <li>session: the request; its tokens were charged {@linkplain #settlePart by parts};
 *   <li>accepted batch: its requests and, for a batch of messages, their input; a file of requests is charged with its
 *     results;
 *   <li>response without countable tokens, or an incomplete one with a content coding: the amounts taken;
 *   <li>claimed account whose credential the upstream has refused: nothing for the account, and a request for the
 *     failed claims of the address prefix. The same without a successful response, unless the credential was accepted
 *     from this prefix before;
 *   <li>response to a converted input (embeddings, images, sound, moderation): the request, its input, and the output
 *     as reported, or none. If a response with output breaks off before its usage, the amounts taken;
 *   <li>background response, which continues after the client has left: the larger of the amounts taken and the
 *     delivered output.
 * </ul>
 */
public final class Settlement {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private Settlement() {}

    /** Sets the final cost of a charge. */
    public static void settle(Charge charge, Provider provider, Outcome outcome) {
        switch (outcome) {
            case Outcome.Rejected rejected -> charge.setCost(0, 0, 0);
            case Outcome.UpstreamFailed failed -> charge.setCost(charge.requests, 0, 0);
            case Outcome.Served served -> settleResponse(charge, provider, served, true);
            case Outcome.Truncated cut -> settleResponse(charge, provider, cut, false);
            case Outcome.DownstreamGone gone -> {
                switch (gone.phase()) {
                    case READING_BODY, CONNECTING -> charge.setCost(0, 0, 0);
                    case AWAITING_ANSWER -> settleUnanswered(charge);
                    case STREAMING -> settleResponse(charge, provider, gone, false);
                }
            }
        }
    }

    /**
     * Returns whether a claimed account may not have sent a request: the upstream has refused the credential, or has not
     * accepted it and never did from this address prefix.
     */
    public static boolean isFailedClaim(Charge charge, Outcome outcome) {
        if (!charge.claimed || charge.overflows) {
            return false;
        }
        return switch (outcome) {
            case Outcome.Served served -> isFailedClaim(charge, served.status());
            case Outcome.Truncated cut -> isFailedClaim(charge, cut.status());
            case Outcome.DownstreamGone gone ->
                switch (gone.phase()) {
                    case READING_BODY -> false;
                    case CONNECTING, AWAITING_ANSWER -> !charge.proven;
                    case STREAMING -> isFailedClaim(charge, gone.status());
                };
            case Outcome.Rejected rejected -> false;
            case Outcome.UpstreamFailed failed -> !charge.proven;
        };
    }

    private static boolean isFailedClaim(Charge charge, int status) {
        return isRefused(status) || (status >= 300 && !charge.proven);
    }

    /**
     * Returns whether a credential that was never accepted, or a failed claim, got no response that shows it to be
     * valid.
     */
    public static boolean isUnaccepted(Charge charge, Outcome outcome) {
        if (charge.disowned || !charge.overflows) {
            return charge.disowned;
        }
        return switch (outcome) {
            case Outcome.Served served -> served.status() >= 300;
            case Outcome.Truncated cut -> cut.status() >= 300;
            case Outcome.DownstreamGone gone -> gone.phase() != Outcome.Phase.STREAMING || gone.status() >= 300;
            case Outcome.Rejected rejected -> true;
            case Outcome.UpstreamFailed failed -> true;
        };
    }

    private static boolean isRefused(int status) {
        return status == UNAUTHORIZED || status == FORBIDDEN;
    }

    /** Sets the cost of a part of a session. */
    public static void settlePart(Charge charge, Provider provider, Usage usage) {
        charge.setCost(0, input(charge, provider, usage), usage.output());
        Price price = charge.price;
        if (price != null) {
            charge.setMoney(price.of(provider, usage, 0));
        }
    }

    private static void settleUnanswered(Charge charge) {
        if (charge.background) {
            charge.costsReserve = true;
        } else {
            charge.setCost(charge.requests, charge.input, 0);
        }
    }

    private static void settleResponse(Charge charge, Provider provider, Outcome outcome, boolean complete) {
        Usage usage = outcome.usage();
        if (outcome.status() >= 300 || charge.session) {
            charge.setCost(charge.requests, 0, 0);
        } else if (charge.batch) {
            // A file of requests may be the input of several batches, so each batch is charged with its results.
            charge.setCost(charge.requests, provider.batchesFiles() ? 0 : charge.input, 0);
        } else if (charge.convertsInput) {
            boolean unknown = usage.source() == Usage.Source.NONE && charge.hasOutput;
            charge.costsReserve = unknown && (!complete || charge.encoded);
            charge.setCost(charge.requests, input(charge, provider, usage), usage.output());
        } else if ((complete || charge.background || isPartlyEncoded(charge, outcome)) && !isCounted(charge, usage)) {
            charge.setCost(0, 0, usage.output());
            charge.costsReserve = true;
        } else {
            boolean prepared = charge.prepares && complete && usage.output() == 0;
            charge.setCost(prepared ? 0 : charge.requests, input(charge, provider, usage), usage.output());
            Price price = charge.price;
            if (price != null) {
                charge.setMoney(price.of(provider, usage, charge.input));
            }
        }
    }

    /** Returns whether part of a response with a content coding was delivered, whose tokens cannot be counted. */
    private static boolean isPartlyEncoded(Charge charge, Outcome outcome) {
        return charge.encoded && outcome.bytes() > 0;
    }

    /** Returns whether the output was counted. Only the provider can count a background response. */
    private static boolean isCounted(Charge charge, Usage usage) {
        return switch (usage.source()) {
            case EXACT -> usage.output() >= 0;
            case ESTIMATED -> !charge.background;
            case NONE -> false;
        };
    }

    /**
     * Returns the input as the provider counts it against its own limits: with the tokens written to a cache. Those read
     * from it count only if the reported input contains them.
     */
    public static long input(Charge charge, Provider provider, Usage usage) {
        if (usage.input() < 0) {
            return charge.input;
        }
        return provider.countsCached()
                ? usage.input()
                : Math.clamp(usage.input(), 0, Price.MAX_AMOUNT) + Math.clamp(usage.cacheWrite(), 0, Price.MAX_AMOUNT);
    }
}
