package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.spi.Account;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The accounts of a closed loop, which grow during the run. */
public interface ListedAccounts {
    /** Returns the accounts that were created since the last call, or will be; in the form of accounts.yaml. */
    List<Account> fresh();

    /** Returns the hash of the means of payment of an account, null if unknown. */
    @Nullable
    String payment(String account);

    /** Returns whether an account belongs to a campaign. */
    boolean harvests(String account);
}
