package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.config.OperatorRole;
import dev.stillgate.proxy.config.OperatorSettings;
import dev.stillgate.proxy.config.OperatorToken;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.jwt.JwtFault;
import dev.stillgate.proxy.jwt.OperatorTokens;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that the admin API accepts: one token without a name, the operators' tokens, or tokens of their identity
 * provider. Thread-safe.
 */
final class Credentials {
    private static final String EXPECTED = "expected the admin's token: authorization: Bearer ...";
    private static final String EXPECTED_NAMED = "expected an operator's token: authorization: Bearer ...";

    private final byte @Nullable [] secret;
    private final List<Listed> operators = new ArrayList<>();
    private final @Nullable OperatorTokens tokens;
    private final LongSupplier millis;

    private record Listed(OperatorToken token, AdminOperator operator) {}

    /**
     * Creates the credentials.
     *
     * @param tokens the verifier for {@code admin.identity}, null without one
     * @param millis the clock, in milliseconds since the epoch
     */
    Credentials(StillgateConfig.Admin config, @Nullable OperatorTokens tokens, LongSupplier millis) {
        secret = config.token() == null ? null : config.token().getBytes(StandardCharsets.UTF_8);
        for (OperatorSettings each : config.operators()) {
            operators.add(new Listed(
                    OperatorToken.parse(each.token()), new AdminOperator(each.name(), each.role(), Long.MAX_VALUE)));
        }
        this.tokens = tokens;
        this.millis = millis;
    }

    /** Returns whether requests need a credential. */
    boolean isNeeded() {
        return kind() != null;
    }

    /** Returns {@code token}, {@code operator} or {@code identity}; null if no credential is needed. */
    @Nullable
    String kind() {
        return secret != null ? "token" : !operators.isEmpty() ? "operator" : tokens != null ? "identity" : null;
    }

    /** Returns the sentence for a request without a right credential. */
    String expected() {
        return secret != null ? EXPECTED : EXPECTED_NAMED;
    }

    boolean isCurrent(AdminOperator operator) {
        return millis.getAsLong() < operator.until();
    }

    /** Authenticates a client by its token. The time does not depend on which operator has it. */
    Caller caller(String token) {
        if (tokens != null) {
            return caller(tokens.judge(token, millis.getAsLong()));
        }
        AdminOperator found = null;
        if (secret != null && MessageDigest.isEqual(secret, token.getBytes(StandardCharsets.UTF_8))) {
            found = AdminOperator.ANYBODY;
        }
        if (!operators.isEmpty() && token.length() <= OperatorToken.MAX_LENGTH) {
            for (Listed each : operators) {
                found = each.token.matches(token) ? each.operator : found;
            }
        }
        return found == null ? Caller.unknown(Caller.Proof.WRONG, null) : Caller.known(Caller.Proof.BEARER, found);
    }

    private static Caller caller(OperatorTokens.Result result) {
        return switch (result) {
            case OperatorTokens.Refused refused
            when refused.fault() == JwtFault.NO_KEYS ->
                Caller.unknown(
                        Caller.Proof.ABSENT,
                        Reply.error(503, "the keys of the identity provider are not known: see admin.identity.jwks"));
            case OperatorTokens.Refused refused ->
                Caller.unknown(
                        Caller.Proof.WRONG,
                        Reply.error(
                                401,
                                "the operator's token is refused ("
                                        + refused.fault().code() + "): see admin.identity"));
            case OperatorTokens.Known known -> caller(known);
        };
    }

    private static Caller caller(OperatorTokens.Known known) {
        OperatorRole role = known.role();
        if (known.name() == null || role == null) {
            return Caller.unknown(
                    Caller.Proof.ABSENT,
                    Reply.error(
                            403,
                            known.name() == null
                                    ? "the operator's token has no usable name: see admin.identity.name"
                                    : "the operator's token gives no role: see admin.identity.roles"));
        }
        return Caller.known(Caller.Proof.BEARER, new AdminOperator(known.name(), role, known.until()));
    }

    /**
     * A person or program with a right credential.
     *
     * @param name the name of the credential; null if it has none, so that orders name their author freely
     * @param until the first millisecond since the epoch at which the credential is not valid any more
     */
    record AdminOperator(@Nullable String name, OperatorRole role, long until) {
        /** The client with a credential without a name, or without any where none is configured. */
        static final AdminOperator ANYBODY = new AdminOperator(null, OperatorRole.ADMIN, Long.MAX_VALUE);
    }
}
