package dev.stillgate.loadtests.campaign.attack;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.text.Language;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A slot of a campaign. It is used by one account after another; a new one is created after the last was blocked.
 *
 * @param language language of its prompts
 */
record AccountSlot(int number, Language language, List<Tenure> tenures) {

    /** The period in which an account uses the slot, in milliseconds since the epoch. */
    record Tenure(long from, long until, Account account) {}

    /** Returns the account that uses the slot at a time, null for none. */
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
