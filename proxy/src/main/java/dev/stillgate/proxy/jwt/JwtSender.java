package dev.stillgate.proxy.jwt;

import dev.stillgate.proxy.account.Accounts;
import java.util.OptionalLong;

/**
 * A connection on which tokens are sent. One that has carried a genuine token is not refused the check of further ones
 * when other clients of its network have sent many forged ones. Not thread-safe.
 */
public final class JwtSender {
    /** The invalid signatures on a connection after which it is treated as any other. */
    static final int MOST_INVALID = 16;

    private final Accounts.Cursor accounts;
    private boolean genuine;
    private long network;
    private int invalid;

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
    void noteGenuine(long from) {
        genuine = true;
        network = from;
    }

    void noteInvalid() {
        invalid = Math.min(invalid + 1, MOST_INVALID);
    }

    /** Returns whether tokens from a network are checked although the limit of invalid signatures is reached. */
    boolean isSpared(long from) {
        return genuine && network == from && invalid < MOST_INVALID;
    }

    /** Returns a number of the account that a subject has had before; empty if the subject is unknown. */
    OptionalLong known(JwtCaller caller) {
        return accounts.known(caller.credential());
    }
}
