package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.config.OperatorIdentity;
import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.proxy.config.OperatorSettings;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Verifier of operators' tokens. Each signature is checked anew, one at a time and in the order of arrival: so forged
 * tokens take one processor at most, and cannot lock a genuine one out. Thread-safe.
 */
public final class OperatorTokens {
    private final OperatorIdentity identity;
    private final JwtVerifier verifier;
    private final KeySource source;
    private final Set<String> claims;
    private final ReentrantLock signatures = new ReentrantLock(true);

    /** The result of judging an operator's token. */
    public sealed interface Result permits Refused, Known {}

    /** A token that is refused. */
    public record Refused(JwtFault fault) implements Result {}

    /**
     * An operator with a genuine token.
     *
     * @param name the name; null if the claim has no usable one
     * @param role the highest role that the claim gives; null for none
     * @param until the first millisecond since the epoch at which the token is not valid any more
     */
    public record Known(@Nullable String name, @Nullable OperatorRole role, long until) implements Result {}

    OperatorTokens(OperatorIdentity identity, JwtVerifier verifier, KeySource source) {
        this.identity = identity;
        this.verifier = verifier;
        this.source = source;
        this.claims = Set.copyOf(List.of(identity.name(), identity.role()));
    }

    /**
     * Judges a token.
     *
     * @param millis the time in milliseconds since the epoch
     */
    public Result judge(String text, long millis) {
        if (text.length() > JwtVerifier.MAX_LENGTH) {
            return new Refused(JwtFault.TOO_LONG);
        }
        JwtKeys keys = source.keys();
        if (keys == null || keys.isEmpty()) {
            source.missed();
            return new Refused(JwtFault.NO_KEYS);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        JwtToken token = JwtToken.split(bytes, 0, bytes.length);
        if (token == null) {
            return new Refused(JwtFault.FORM);
        }
        return switch (verifier.read(token, keys, millis)) {
            case JwtVerifier.Refused refused -> new Refused(refused.fault());
            case JwtVerifier.Unsigned unsigned
            when isSigned(unsigned, token) ->
                operator(token.claims(claims), unsigned.genuine().until());
            case JwtVerifier.Unsigned forged -> {
                source.missed(); // its key may have been replaced by another one with the same id
                yield new Refused(JwtFault.SIGNATURE);
            }
        };
    }

    private boolean isSigned(JwtVerifier.Unsigned unsigned, JwtToken token) {
        signatures.lock();
        try {
            return unsigned.isSigned(token);
        } finally {
            signatures.unlock();
        }
    }

    private Result operator(@Nullable Map<?, ?> values, long until) {
        Object name = values == null ? null : values.get(identity.name());
        Object role = values == null ? null : values.get(identity.role());
        return new Known(
                name instanceof String text && OperatorSettings.isName(text) ? text : null,
                role instanceof Collection<?> several ? highest(several) : role(role),
                until);
    }

    private @Nullable OperatorRole highest(Collection<?> values) {
        OperatorRole highest = null;
        for (Object value : values) {
            OperatorRole role = role(value);
            if (role != null && (highest == null || role.includes(highest))) {
                highest = role;
            }
        }
        return highest;
    }

    private @Nullable OperatorRole role(@Nullable Object value) {
        return value instanceof String text ? identity.roles().get(text) : null;
    }
}
