package dev.stillgate.proxy.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.proxy.account.CredentialHash;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.spi.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Results of signature checks by keyed hash of the token, so that a token is checked once. Invalid tokens have a cache
 * of their own, so that a flood of them evicts no valid one. Holds no token. Thread-safe.
 */
final class TokenCache {
    /** The maximum number of valid tokens. */
    static final int MAX_VALID = 100_000;

    /** The maximum number of tokens with an invalid signature. */
    static final int MAX_INVALID = 10_000;

    /** How long a result is kept. */
    static final Duration KEPT = Duration.ofHours(1);

    private final CredentialHash hash = CredentialHash.of(random());
    private final Cache<Key, Checked> valid;
    private final Cache<Key, Checked> invalid;

    TokenCache(Ticker ticker) {
        valid = cache(MAX_VALID, ticker);
        invalid = cache(MAX_INVALID, ticker);
    }

    /** The hash of a token. */
    record Key(long hi, long lo) {}

    /**
     * A checked token.
     *
     * @param policy the settings that its claims were judged by; its signature does not depend on them
     * @param key the key that its signature was checked with
     * @param caller its subject; null if the signature is invalid
     * @param from the first millisecond since the epoch at which it is valid
     * @param until the first millisecond at which it is not valid any more
     */
    record Checked(JwtPolicy policy, JwtKey key, @Nullable JwtCaller caller, long from, long until) {}

    private static Cache<Key, Checked> cache(int most, Ticker ticker) {
        return Caffeine.newBuilder()
                .maximumSize(most)
                .expireAfterWrite(KEPT)
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .build();
    }

    private static String random() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    Key key(byte[] bytes, int start, int length) {
        CredentialHash own = hash.copy();
        own.hash(bytes, start, length);
        return new Key(own.hi(), own.lo());
    }

    /**
     * Returns the result of an earlier check, null if there is none.
     *
     * @param keys the current keys; a result by another key does not count
     */
    @Nullable
    Checked find(Key key, JwtKeys keys) {
        Checked found = current(valid.getIfPresent(key), keys);
        return found != null ? found : current(invalid.getIfPresent(key), keys);
    }

    private static @Nullable Checked current(@Nullable Checked found, JwtKeys keys) {
        return found != null && keys.holds(found.key) ? found : null;
    }

    /** Keeps a result instead of an earlier one. */
    void keep(Key key, Checked result) {
        boolean genuine = result.caller != null;
        (genuine ? valid : invalid).put(key, result);
        (genuine ? invalid : valid).invalidate(key);
    }
}
