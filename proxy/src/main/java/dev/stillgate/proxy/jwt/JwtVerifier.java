package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Ticker;
import java.util.Map;
import java.util.OptionalLong;
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

    private static final Set<String> HEADER = Set.of("alg", "kid");

    private final JwtPolicy policy;
    private final Set<String> algorithms;
    private final Set<String> organisations;
    private final Set<String> claims;
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
        this.claims = JwtClaims.names(policy.claims());
        this.source = source;
        this.shared = shared;
    }

    JwtPolicy policy() {
        return policy;
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
     * @param sender the connection that it came on
     * @param network the client's network, for the limit of invalid signatures
     * @param millis the time in milliseconds since the epoch
     */
    public Judgement judge(byte[] bytes, int start, int length, JwtSender sender, long network, long millis) {
        if (length > MAX_LENGTH) {
            return JwtFault.TOO_LONG;
        }
        JwtKeys keys = source.keys();
        if (keys == null || keys.isEmpty()) {
            source.missed();
            return JwtFault.NO_KEYS;
        }
        TokenCache.Key key = shared.cache.key(bytes, start, length);
        TokenCache.Checked known = shared.cache.find(key, keys);
        Judgement judgement;
        if (known != null && (known.caller() == null || known.policy().equals(policy))) {
            judgement = result(known, millis);
        } else {
            JwtToken token = JwtToken.split(bytes, start, length);
            judgement = token == null
                    ? JwtFault.FORM
                    : judge(new Question(token, key, known, keys, sender, network, millis));
        }
        if (judgement instanceof JwtCaller caller) {
            sender.noteGenuine(caller, network);
        }
        return judgement;
    }

    /**
     * A token that has to be read.
     *
     * @param known the result of an earlier check under other settings; null for none
     */
    private record Question(
            JwtToken token,
            TokenCache.Key cacheKey,
            TokenCache.@Nullable Checked known,
            JwtKeys keys,
            JwtSender sender,
            long network,
            long millis) {}

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

    /** The result of all checks but that of the signature. */
    sealed interface Reading permits Refused, Unsigned {}

    /** A token that is refused whatever its signature. */
    record Refused(JwtFault fault) implements Reading {}

    /** A token in which all but the signature is known to be right. */
    record Unsigned(JwtAlgorithm algorithm, TokenCache.Checked genuine, JwtCaller caller) implements Reading {
        /** Returns whether the signature is right, too. */
        boolean isSigned(JwtToken token) {
            return genuine.key().verifies(algorithm, token.signed(), token.signature());
        }
    }

    private Judgement judge(Question question) {
        return switch (read(question.token, question.keys, question.millis)) {
            case Refused refused -> refused.fault();
            case Unsigned unsigned -> signed(question, unsigned);
        };
    }

    /** Checks all of a token but its signature. */
    Reading read(JwtToken token, JwtKeys keys, long millis) {
        Map<?, ?> header = token.header(HEADER);
        if (header == null) {
            return new Refused(JwtFault.FORM);
        }
        if (!(header.get("alg") instanceof String name) || !algorithms.contains(name)) {
            return new Refused(JwtFault.ALGORITHM);
        }
        if (token.isCritical()) {
            return new Refused(JwtFault.CRITICAL);
        }
        JwtAlgorithm algorithm = JwtAlgorithm.named(name);
        JwtKey key = algorithm == null ? null : key(header.get("kid"), algorithm, keys);
        if (algorithm == null || key == null) {
            source.missed();
            return new Refused(JwtFault.UNKNOWN_KEY);
        }
        Map<?, ?> values = token.claims(claims);
        if (values == null) {
            return new Refused(JwtFault.FORM);
        }
        return switch (JwtClaims.of(values, policy, organisations)) {
            case JwtClaims.Invalid invalid -> new Refused(invalid.fault());
            case JwtClaims.Valid valid -> {
                TokenCache.Checked genuine =
                        new TokenCache.Checked(policy, key, valid.caller(), valid.from(), valid.until());
                yield result(genuine, millis) instanceof JwtFault untimely
                        ? new Refused(untimely)
                        : new Unsigned(algorithm, genuine, valid.caller());
            }
        };
    }

    private static @Nullable JwtKey key(@Nullable Object id, JwtAlgorithm algorithm, JwtKeys keys) {
        return id == null || id instanceof String ? keys.find((String) id, algorithm) : null;
    }

    /** Returns the client that the check of a signature counts for; null if none has a check left. */
    private FailedChecks.@Nullable Client client(Question question, JwtCaller caller, long now) {
        OptionalLong account = question.sender.known(caller);
        FailedChecks.Client named = account.isPresent()
                ? shared.failures.known(account.getAsLong(), question.network)
                : shared.failures.stranger(question.network);
        if (shared.failures.allows(named, now)) {
            return named;
        }
        FailedChecks.Client proven = question.sender.proven(shared.failures, question.network);
        return proven != null && shared.failures.allows(proven, now) ? proven : null;
    }

    /** Checks the signature of a token in which all else is right, unless it has been checked before. */
    private Judgement signed(Question question, Unsigned unsigned) {
        TokenCache.Checked genuine = unsigned.genuine;
        JwtCaller caller = unsigned.caller;
        if (question.known != null && question.known.key().isSame(genuine.key())) {
            shared.cache.keep(question.cacheKey, genuine);
            return caller;
        }
        long begun = shared.ticker.nanos();
        FailedChecks.Client client = client(question, caller, begun);
        if (client == null) {
            return JwtFault.TOO_MANY_CHECKS;
        }
        if (unsigned.isSigned(question.token)) {
            shared.valid.add(1);
            shared.cache.keep(question.cacheKey, genuine);
            return caller;
        }
        source.missed(); // its key may have been replaced by another one with the same id
        shared.invalid.add(1);
        long now = shared.ticker.nanos();
        shared.failures.failed(client, now - begun, now);
        shared.cache.keep(question.cacheKey, new TokenCache.Checked(policy, genuine.key(), null, 0, 0));
        return JwtFault.SIGNATURE;
    }
}
