package dev.stillgate.proxy.account;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of a caller that come with its credential, such as claims of a token.
 *
 * @param organisation the organisation it belongs to, null when unknown
 * @param tier the tier whose limits apply, null when unknown
 * @param verified whether the customer's identity has been verified
 */
public record AccountAttributes(
        @Nullable String organisation, @Nullable String tier, boolean verified) {

    /** Returns the account of an unlisted caller, whose credential is genuine. */
    Account account(String id) {
        return new Account(id, Trust.ACCEPTED, organisation, tier, verified, null);
    }

    /** Returns whether an account has these attributes. */
    boolean areOf(Account account) {
        return verified == account.verified()
                && Objects.equals(organisation, account.organisation())
                && Objects.equals(tier, account.tier());
    }
}
