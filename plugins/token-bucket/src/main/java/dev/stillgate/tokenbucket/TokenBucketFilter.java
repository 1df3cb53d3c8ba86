package dev.stillgate.tokenbucket;

import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Verdict;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes one request from the caller's bucket as soon as the account is known, and one more for every further prompt of a
 * batch when the body is.
 */
final class TokenBucketFilter implements RequestFilter, BodyFilter {
    private final BucketTable table;
    private final PolicyLimits limits;
    private final long accountBound;
    private final Ticker ticker;
    private final Counter allowedOwn;
    private final Counter allowedShared;
    private final Map<String, Counter> refusedOwn = new HashMap<>();
    private final Map<String, Counter> refusedShared = new HashMap<>();

    TokenBucketFilter(TokenBucketPolicy policy, PolicyLimits limits, BucketTable table, FilterContext context) {
        this.table = table;
        this.limits = limits;
        this.accountBound = policy.accountBound();
        this.ticker = context.ticker();
        this.allowedOwn = allowed(context, "own");
        this.allowedShared = allowed(context, "overflow");
        for (TokenBucketPolicy.Limit limit : policy.limits()) {
            refusedOwn.put(limit.name(), refused(context, limit.name(), "own"));
            refusedShared.put(limit.name(), refused(context, limit.name(), "overflow"));
        }
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        return take(exchange, 1, 1);
    }

    @Override
    public Verdict onBody(Exchange exchange, BodyView body) {
        return body instanceof BodyView.Batch batch && batch.size() > 1
                ? take(exchange, batch.size() - 1L, batch.size())
                : Verdict.ALLOW;
    }

    private Verdict take(Exchange exchange, long tokens, long whole) {
        Take take = table.take(exchange.account(), exchange.address(), limits, accountBound, tokens, whole);
        if (take instanceof Take.Refused refused) {
            return reject(exchange, refused, whole);
        }
        (take == Take.Granted.OWN ? allowedOwn : allowedShared).add(tokens);
        return Verdict.ALLOW;
    }

    private Verdict reject(Exchange exchange, Take.Refused refused, long whole) {
        String name = refused.limit().name();
        Counter counter = (refused.shared() ? refusedShared : refusedOwn).get(name);
        if (counter != null) {
            counter.increment();
        }
        if (refused.waitNanos() < 0) {
            return new Verdict.Reject(
                    Verdict.Kind.TOO_LARGE,
                    name,
                    "A batch of " + whole + " requests is larger than the rate limit allows at any time ("
                            + refused.limit().described() + "). Please send it in parts.");
        }
        String again = " Please try again in " + RateHeaders.duration(refused.waitNanos()) + '.';
        String message = refused.shared()
                ? "Too many requests from this network with API keys that are not established." + again
                : "This request would exceed the account's rate limit ("
                        + refused.limit().described() + ")." + again;
        return new Verdict.Reject(
                Verdict.Kind.RATE_LIMITED,
                name,
                message,
                Duration.ofNanos(refused.waitNanos()),
                List.copyOf(RateHeaders.of(exchange.provider(), refused, ticker.millis())));
    }

    private static Counter allowed(FilterContext context, String bucket) {
        return context.counter("stillgate.token.bucket.allowed", "filter", context.name(), "bucket", bucket);
    }

    private static Counter refused(FilterContext context, String limit, String bucket) {
        return context.counter(
                "stillgate.token.bucket.refused", "filter", context.name(), "limit", limit, "bucket", bucket);
    }
}
