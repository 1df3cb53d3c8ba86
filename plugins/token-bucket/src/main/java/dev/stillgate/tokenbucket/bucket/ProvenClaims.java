package dev.stillgate.tokenbucket.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Claimed accounts whose credential the upstream has accepted, by the address prefix that sent it. Forged claims from the
 * same prefix do not count against them. Kept for 30 days after the last request, and not over a restart. Thread-safe.
 */
public final class ProvenClaims {
    private static final int MAX_ENTRIES = 100_000;
    private static final Duration RETENTION = Duration.ofDays(30);

    private final Cache<Claim, Boolean> accepted;

    private record Claim(String account, long prefix) {}

    ProvenClaims(Ticker ticker, Executor maintenance) {
        accepted = Caffeine.newBuilder()
                .maximumSize(MAX_ENTRIES)
                .expireAfterAccess(RETENTION)
                .ticker(ticker::nanos)
                .executor(maintenance)
                .build();
    }

    /** Records that the upstream has accepted the credential of an account from an address. */
    public void add(Account account, InetAddress address) {
        accepted.put(claim(account, address), true);
    }

    void erase(Predicate<String> isErased) {
        accepted.asMap().keySet().removeIf(claim -> isErased.test(claim.account));
    }

    boolean contains(Account account, InetAddress address) {
        return accepted.getIfPresent(claim(account, address)) != null;
    }

    private static Claim claim(Account account, InetAddress address) {
        return new Claim(account.id(), OverflowTable.prefix(address));
    }
}
