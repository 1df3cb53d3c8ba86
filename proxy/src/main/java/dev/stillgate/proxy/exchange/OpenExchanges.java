package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.exchange.body.OpenCounts;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Verdict;
import java.net.InetAddress;

/**
 * Limits of concurrent exchanges per address and per account, so that none of them can occupy the upstream.
 * Thread-safe.
 */
public final class OpenExchanges {
    private final OpenCounts addresses;
    private final OpenCounts accounts;

    /** Creates the limits of one address and of one account. */
    public OpenExchanges(int perAddress, int perAccount) {
        this.addresses = new OpenCounts(perAddress);
        this.accounts = new OpenCounts(perAccount);
    }

    /**
     * Counts the start of an exchange.
     *
     * @throws BadMessage if the address or the account is at its limit; the exchange is then not counted
     */
    public void begin(InetAddress address, Account account) throws BadMessage {
        if (!addresses.open(OpenCounts.key(address))) {
            throw tooMany("address-exchanges");
        }
        if (counts(account) && !accounts.open(key(account))) {
            addresses.close(OpenCounts.key(address));
            throw tooMany("account-exchanges");
        }
    }

    /** Counts the end of an exchange that {@link #begin} has counted. */
    public void end(InetAddress address, Account account) {
        addresses.close(OpenCounts.key(address));
        if (counts(account)) {
            accounts.close(key(account));
        }
    }

    private static boolean counts(Account account) {
        return account.trust() != Account.Trust.NONE;
    }

    private static long key(Account account) {
        return (long) account.id().hashCode() << Integer.SIZE | account.id().length();
    }

    private static BadMessage tooMany(String code) {
        return new BadMessage(
                Verdict.Kind.RATE_LIMITED,
                code,
                "Too many requests are under way; wait for answers before you ask again.");
    }
}
