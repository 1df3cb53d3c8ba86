package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Account;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** What the tests of this package have in common. */
final class Policies {
    static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");

    private Policies() {}

    static TokenBucketPolicy.Limit limit(String name, long capacity, String refill) {
        return new TokenBucketPolicy.Limit(name, Measure.REQUESTS, capacity, refill, null);
    }

    static TokenBucketPolicy.Limit interval(String name, long capacity, String refill) {
        return new TokenBucketPolicy.Limit(name, Measure.REQUESTS, capacity, refill, RefillStyle.INTERVAL);
    }

    static TokenBucketPolicy policy(TokenBucketPolicy.Limit... limits) {
        return new TokenBucketPolicy(List.of(limits), null, null, null);
    }

    static TokenBucketPolicy bounded(long accounts, TokenBucketPolicy.Limit... limits) {
        return new TokenBucketPolicy(List.of(limits), Map.of(), accounts, new TokenBucketPolicy.Overflow(1.0));
    }

    static Limits limits(TokenBucketPolicy.Limit... limits) {
        return limits(0, limits);
    }

    static Limits limits(long generation, TokenBucketPolicy.Limit... limits) {
        return new PolicyLimits(policy(limits), generation).forTier(null);
    }

    static Account account(String id, Account.Trust trust) {
        return new Account(id, trust, null, null, false, null);
    }
}
