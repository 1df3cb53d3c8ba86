package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import dev.stillgate.proxy.admin.Credentials.AdminOperator;
import dev.stillgate.proxy.config.OperatorRole;
import org.jspecify.annotations.Nullable;

/** The client of an admin request, as {@link AdminAccess} has authenticated it. Immutable. */
final class Caller extends HttpPrincipal {
    private static final String REALM = "stillgate";

    /** How a request proves who sends it. */
    enum Proof {
        /** No credential is configured. */
        UNNEEDED("none"),
        /** A right credential in {@code Authorization}. */
        BEARER("right"),
        /** A session of the console. */
        SESSION("session"),
        /** No credential, or one that cannot be judged, or a genuine one without a role. */
        ABSENT("wrong"),
        /** A wrong credential. */
        WRONG("wrong");

        private final String text;

        Proof(String text) {
            this.text = text;
        }
    }

    private final Proof proof;
    private final @Nullable AdminOperator operator;
    private final @Nullable Reply refusal;

    private Caller(Proof proof, @Nullable AdminOperator operator, @Nullable Reply refusal) {
        super(operator == null || operator.name() == null ? "" : operator.name(), REALM);
        this.proof = proof;
        this.operator = operator;
        this.refusal = refusal;
    }

    static Caller known(Proof proof, AdminOperator operator) {
        return new Caller(proof, operator, null);
    }

    static Caller unknown(Proof proof, @Nullable Reply refusal) {
        return new Caller(proof, null, refusal);
    }

    /** Returns the client of a request that has passed {@link AdminAccess}. */
    static Caller of(HttpExchange exchange) {
        if (exchange.getPrincipal() instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("the request was not authenticated");
    }

    Proof proof() {
        return proof;
    }

    /** Returns {@code right}, {@code wrong}, {@code session}, or {@code none} without credentials, for the audit log. */
    String result() {
        return proof.text;
    }

    /** Returns who it is, null without a right credential where one is needed. */
    @Nullable
    AdminOperator operator() {
        return operator;
    }

    /** Returns whether the request has a right credential. */
    boolean isProven() {
        return proof == Proof.BEARER || proof == Proof.SESSION;
    }

    /** Returns why a credential is refused; null for an ordinary reason. */
    @Nullable
    Reply refusal() {
        return refusal;
    }

    /** Returns the name of the credential, null if it has none. */
    @Nullable
    String name() {
        return operator == null ? null : operator.name();
    }

    /** Returns the role of a named credential, for the audit log; null for others. */
    @Nullable
    OperatorRole role() {
        return operator == null || operator.name() == null ? null : operator.role();
    }
}
