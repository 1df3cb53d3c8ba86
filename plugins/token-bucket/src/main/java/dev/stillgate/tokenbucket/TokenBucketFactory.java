package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** Makes {@code token-bucket} filters. */
public final class TokenBucketFactory implements FilterFactory<TokenBucketPolicy> {
    private static final Duration TENDED = Duration.ofSeconds(10);

    private final Executor maintenance;

    /** A factory whose filters do their housekeeping off the event loops. */
    public TokenBucketFactory() {
        this(ForkJoinPool.commonPool());
    }

    TokenBucketFactory(Executor maintenance) {
        this.maintenance = maintenance;
    }

    @Override
    public String type() {
        return "token-bucket";
    }

    @Override
    public Class<TokenBucketPolicy> policyType() {
        return TokenBucketPolicy.class;
    }

    @Override
    public Filter create(TokenBucketPolicy policy, FilterContext context) {
        Buckets buckets =
                context.state(Buckets.class, () -> new Buckets(context.ticker(), maintenance, BucketTable.SLACK));
        PolicyLimits limits = buckets.limits(policy, context.name());
        context.gauge("stillgate.token.bucket.held", buckets.accounts()::held);
        context.background().every(TENDED, () -> buckets.tend(limits));
        return new TokenBucketFilter(policy, limits, buckets, context);
    }
}
