package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.account.Accounts;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A connection on which tokens are sent. If it has carried a genuine token, further ones are checked although other
 * clients have sent many forged ones; the subject of the genuine token then pays for forged ones. Not thread-safe.
 */
public final class JwtSender {
    private final Accounts.Cursor accounts;
    private @Nullable JwtCaller genuine;
    private long network;

    /**
     * Creates the sender of a connection.
     *
     * @param accounts the connection's cursor
     */
    public JwtSender(Accounts.Cursor accounts) {
        this.accounts = accounts;
    }

    public Accounts.Cursor accounts() {
        return accounts;
    }

    /** Notes a genuine token from a network; a connection from a proxy carries tokens from several. */
    void noteGenuine(JwtCaller caller, long from) {
        genuine = caller;
        network = from;
    }

    /** Returns the client that pays for forged tokens from a network; null if it has sent no genuine token. */
    FailedChecks.@Nullable Client proven(FailedChecks checks, long from) {
        JwtCaller caller = genuine;
        return caller == null || network != from ? null : checks.proven(accounts.number(caller.credential()));
    }

    /** Returns a number of the account that a subject has had before; empty if the subject is unknown. */
    OptionalLong known(JwtCaller caller) {
        return accounts.known(caller.credential());
    }
}
