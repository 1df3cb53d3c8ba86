package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Ticker;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges tokens by the settings of one policy. All that can be checked without the signature is checked before it, so
 * that the costly step is for tokens that lack nothing but a genuine signature. Thread-safe; never blocks.
 *
 * <p>The header's {@code jwk}, {@code jku}, {@code x5c} and {@code x5u} have no effect: keys come from the policy's key
 * set alone.
 */
public final class JwtVerifier {
    /** The maximum length of a token, in bytes. */
    public static final int MAX_LENGTH = 8 * 1024;

    private final JwtPolicy policy;
    private final Set<String> algorithms;
    private final Set<String> organisations;
    private final KeySource source;
    private final Shared shared;

    /**
     * State shared by the verifiers of all policies.
     *
     * @param cache the results of earlier checks
     * @param failures the limit of invalid signatures
     * @param valid counts valid signatures
     * @param invalid counts invalid signatures
     */
    record Shared(TokenCache cache, FailedChecks failures, Counter valid, Counter invalid, Ticker ticker) {}

    JwtVerifier(JwtPolicy policy, KeySource source, Shared shared) {
        this.policy = policy;
        this.algorithms = Set.copyOf(policy.algorithms());
        this.organisations = Set.copyOf(policy.organisations());
        this.source = source;
        this.shared = shared;
    }

    /** Returns whether the upstream gets the tokens. */
    public boolean forwards() {
        return policy.forward();
    }

    /**
     * Judges a token.
     *
     * @param bytes holds the token
     * @param start the position of its first byte
     * @param length its length in bytes
     * @param network the client's network, for the limit of invalid signatures
     * @param millis the time in milliseconds since the epoch
     */
    public Judgement judge(byte[] bytes, int start, int length, long network, long millis) {
        if (length > MAX_LENGTH) {
            return JwtFault.TOO_LONG;
        }
        JwtKeys keys = source.keys();
        if (keys == null || keys.isEmpty()) {
            return JwtFault.NO_KEYS;
        }
        TokenCache.Key key = shared.cache.key(bytes, start, length);
        TokenCache.Checked known = shared.cache.find(key, policy, keys);
        if (known != null) {
            return result(known, millis);
        }
        JwtToken token = JwtToken.split(bytes, start, length);
        return token == null ? JwtFault.FORM : judge(token, key, keys, network, millis);
    }

    private static Judgement result(TokenCache.Checked checked, long millis) {
        JwtCaller caller = checked.caller();
        if (caller == null) {
            return JwtFault.SIGNATURE;
        }
        if (millis >= checked.until()) {
            return JwtFault.EXPIRED;
        }
        return millis < checked.from() ? JwtFault.NOT_YET_VALID : caller;
    }

    private Judgement judge(JwtToken token, TokenCache.Key cacheKey, JwtKeys keys, long network, long millis) {
        Map<?, ?> header = token.header();
        if (header == null) {
            return JwtFault.FORM;
        }
        if (!(header.get("alg") instanceof String name) || !algorithms.contains(name)) {
            return JwtFault.ALGORITHM;
        }
        if (header.containsKey("crit")) {
            return JwtFault.CRITICAL;
        }
        JwtAlgorithm algorithm = JwtAlgorithm.named(name);
        JwtKey key = algorithm == null ? null : key(header.get("kid"), algorithm, keys);
        if (algorithm == null || key == null) {
            source.missed();
            return JwtFault.UNKNOWN_KEY;
        }
        Map<?, ?> claims = token.claims();
        if (claims == null) {
            return JwtFault.FORM;
        }
        return switch (JwtClaims.of(claims, policy, organisations)) {
            case JwtClaims.Invalid invalid -> invalid.fault();
            case JwtClaims.Valid valid -> {
                TokenCache.Checked genuine =
                        new TokenCache.Checked(policy, key, valid.caller(), valid.from(), valid.until());
                Judgement inTime = result(genuine, millis);
                yield inTime instanceof JwtFault ? inTime : signed(token, algorithm, genuine, cacheKey, network);
            }
        };
    }

    private static @Nullable JwtKey key(@Nullable Object id, JwtAlgorithm algorithm, JwtKeys keys) {
        return id == null || id instanceof String ? keys.find((String) id, algorithm) : null;
    }

    /** Checks the signature of a token in which all else is right. */
    private Judgement signed(
            JwtToken token, JwtAlgorithm algorithm, TokenCache.Checked genuine, TokenCache.Key cacheKey, long network) {
        JwtCaller caller = genuine.caller();
        long now = shared.ticker.nanos();
        if (!shared.failures.allows(network, now)) {
            return JwtFault.TOO_MANY_CHECKS;
        }
        if (caller != null && genuine.key().verifies(algorithm, token.signed(), token.signature())) {
            shared.valid.add(1);
            shared.cache.keep(cacheKey, genuine);
            return caller;
        }
        shared.invalid.add(1);
        shared.failures.failed(network, now);
        shared.cache.keep(cacheKey, new TokenCache.Checked(policy, genuine.key(), null, 0, 0));
        return JwtFault.SIGNATURE;
    }
}
