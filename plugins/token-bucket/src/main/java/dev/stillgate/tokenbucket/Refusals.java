package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.bucket.Shortage;
import dev.stillgate.tokenbucket.bucket.TightestLimits;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import dev.stillgate.tokenbucket.policy.Verify;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Creates the refusal of a request over a limit, in the wording of its provider. */
final class Refusals {
    /** Makes the providers' SDKs give up without a retry. */
    private static final Header NO_RETRY = new Header("x-should-retry", "false");

    /** The longest wait that is left to the SDKs, some of which would sleep for hours. */
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

    private final RateHeaders headers;
    private final String verification;

    /**
     * Creates refusals.
     *
     * @param verify where customers of pooled accounts verify themselves; null for no address
     */
    Refusals(RateHeaders headers, @Nullable Verify verify) {
        this.headers = headers;
        this.verification = verify == null ? "Contact the provider" : "Verify it at " + verify.url();
    }

    /**
     * Returns the refusal of a request.
     *
     * @param millis the current time in milliseconds since the epoch
     */
    Verdict.Reject of(Exchange exchange, Reservation reservation, Shortage shortage, long millis) {
        TokenLimit limit = shortage.limit();
        boolean neverFits = shortage.waitNanos() < 0;
        Duration retryAfter = neverFits ? null : Duration.ofNanos(shortage.waitNanos());
        boolean pooled = limit.owner() == Owner.POOL;
        if (neverFits && !pooled && limit.measure() == Measure.REQUESTS) {
            return new Verdict.Reject(
                    Verdict.Kind.TOO_LARGE,
                    limit.name(),
                    "A batch of " + reservation.requests
                            + " requests is larger than the rate limit allows at any time (" + limit.description()
                            + "). Please send it in parts.",
                    null,
                    List.of(),
                    details(reservation, shortage));
        }
        TightestLimits tightest = new TightestLimits();
        if (limit.measure() != Measure.CONCURRENCY) {
            tightest.add(limit, shortage.remaining(), shortage.resetNanos());
        }
        List<Header> fields = new ArrayList<>();
        headers.add(exchange.provider(), tightest, millis, fields::add);
        if (pooled && (neverFits || shortage.waitNanos() > LONGEST_RETRY.toNanos())) {
            fields.add(NO_RETRY);
        }
        if (neverFits && !pooled && limit.measure() != Measure.CONCURRENCY) {
            String message = tooLarge(exchange.provider(), limit, shortage);
            return new Verdict.Reject(
                    Verdict.Kind.PROMPT_TOO_LONG, limit.name(), message, null, fields, details(reservation, shortage));
        }
        if (pooled) {
            return new Verdict.Reject(
                    Verdict.Kind.UNVERIFIED,
                    limit.code(),
                    "This account shares a limit with linked accounts until it is verified. " + verification
                            + (neverFits ? "." : ", or try again in " + wait(shortage) + '.'),
                    retryAfter,
                    fields,
                    details(reservation, shortage));
        }
        return new Verdict.Reject(
                limit.measure().isTokens() ? Verdict.Kind.TOKENS_LIMITED : Verdict.Kind.RATE_LIMITED,
                limit.name(),
                sentence(exchange, reservation, shortage),
                retryAfter,
                fields,
                details(reservation, shortage));
    }

    /** Returns the figures behind a refusal, which may tell the use of others. */
    private static String details(Reservation reservation, Shortage shortage) {
        TokenLimit limit = shortage.limit();
        boolean ofNewKeys = reservation.overflows && limit.owner() == Owner.ACCOUNT;
        return (ofNewKeys ? "limit of keys that were never accepted: " : ownerName(limit) + " limit: ")
                + limit.description() + ", used "
                + limit.measure().text(limit.capacity() - shortage.remaining()) + ", requested "
                + limit.measure().text(shortage.requested());
    }

    /** Returns a sentence that agents take for a prompt too long for the model, which ends their retries. */
    private static String tooLarge(Provider provider, TokenLimit limit, Shortage shortage) {
        String capacity = limit.measure().text(limit.capacity());
        String requested = limit.measure().text(shortage.requested());
        boolean prompt = limit.measure() == Measure.INPUT_TOKENS || limit.measure() == Measure.TOTAL_TOKENS;
        String source = " (the " + ownerName(limit) + " limit of " + limit.unit() + ")";
        String wording = provider.tooLong();
        if (prompt && wording != null) {
            return String.format(Locale.ROOT, wording, requested, capacity, source);
        }
        return "Request too large: limit " + capacity + ' ' + limit.unit() + ", requested " + requested
                + ". The input or output tokens must be reduced for the request to fit.";
    }

    private static String sentence(Exchange exchange, Reservation reservation, Shortage shortage) {
        String retryHint = " Please try again in " + wait(shortage) + '.';
        TokenLimit limit = shortage.limit();
        if (reservation.overflows && limit.owner() != Owner.EVERYONE) {
            return "Too many requests from this network with API keys that are not established." + retryHint;
        }
        if (limit.measure() == Measure.CONCURRENCY) {
            return "Too many requests at once: the " + ownerName(limit) + " limit is " + limit.description() + '.'
                    + retryHint;
        }
        if (exchange.provider().tooLong() == null) {
            // The use of other accounts is not told.
            String used = limit.owner() == Owner.ACCOUNT
                    ? ", used " + limit.measure().text(limit.capacity() - shortage.remaining())
                    : "";
            return "Rate limit reached on " + limit.measure().displayName() + " (" + limit.description() + "): limit "
                    + limit.measure().text(limit.capacity()) + used + ", requested "
                    + limit.measure().text(shortage.requested()) + '.' + retryHint;
        }
        return "This request would exceed the " + ownerName(limit) + " rate limit (" + limit.description() + ")."
                + retryHint;
    }

    private static String wait(Shortage shortage) {
        return Times.duration(Times.millis(shortage.waitNanos()));
    }

    private static String ownerName(TokenLimit limit) {
        return switch (limit.owner()) {
            case ACCOUNT -> "account's";
            case USER -> "end user's";
            case POOL -> "pool's";
            case ORGANISATION -> "organisation's";
            case EVERYONE -> "service's";
        };
    }
}
