package dev.stillgate.loadtests.campaign.harvest;

import dev.stillgate.loadtests.campaign.people.Account;
import dev.stillgate.loadtests.campaign.text.Language;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in a campaign that is held by one account after another, each opened when the one before was blocked.
 *
 * @param language in which it asks
 */
record Seat(int number, Language language, List<Tenure> tenures) {

    /** An account's time in the seat. */
    record Tenure(long from, long until, Account account) {}

    @Nullable
    Account at(long time) {
        for (Tenure tenure : tenures) {
            if (time >= tenure.from && time < tenure.until) {
                return tenure.account;
            }
        }
        return null;
    }
}
