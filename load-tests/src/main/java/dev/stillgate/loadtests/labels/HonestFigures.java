package dev.stillgate.loadtests.labels;

import dev.stillgate.proxy.backtest.LoggedAccount;
import dev.stillgate.proxy.backtest.TextVolume;
import dev.stillgate.spi.Standing;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Honest accounts as written to the report. An account of two groups counts once.
 *
 * @param accounts the accounts
 * @param independent the independent units: the accounts of one organisation are one unit
 * @param exchanges the requests
 * @param refusedForStanding the requests that were refused because of a standing
 * @param refusedForStandingShare their share of the requests
 * @param refusedForStandingBound95 the upper bound of the share at 95 %, if requests were independent
 * @param accountsRefused the units with such a request
 * @param tokens the output tokens that the accounts asked for
 * @param shares the fate of that text
 * @param rungs the accounts that ever reached each standing or a higher one
 */
record HonestFigures(
        int accounts,
        int independent,
        long exchanges,
        long refusedForStanding,
        double refusedForStandingShare,
        double refusedForStandingBound95,
        Affected accountsRefused,
        long tokens,
        TextShares shares,
        Map<Standing, Affected> rungs) {

    /**
     * Accounts that something happened to.
     *
     * @param accounts the number of accounts
     * @param bound95 the upper bound of their share of the independent units at 95 % (Clopper-Pearson)
     */
    record Affected(int accounts, double bound95) {
        private static Affected of(Set<LoggedAccount> all, Predicate<LoggedAccount> happened) {
            Set<LoggedAccount> affected = all.stream().filter(happened).collect(Collectors.toSet());
            return new Affected(affected.size(), ClopperPearson.upper95(units(affected), units(all)));
        }
    }

    static HonestFigures of(Collection<LabelGroup> groups) {
        Set<LoggedAccount> accounts = new HashSet<>();
        Set<LoggedAccount> refusedAccounts = new HashSet<>();
        long exchanges = 0;
        long refused = 0;
        TextVolume text = TextVolume.NONE;
        for (LabelGroup group : groups) {
            accounts.addAll(group.members.keySet());
            refusedAccounts.addAll(group.refused);
            exchanges += group.volumes.requests();
            refused += group.refusedForStanding;
            text = text.plus(group.volumes.total());
        }
        Map<Standing, Affected> rungs = new EnumMap<>(Standing.class);
        CampaignFigures.RUNGS.forEach(rung ->
                rungs.put(rung, Affected.of(accounts, account -> account.reachedAt(rung) >= 0)));
        return new HonestFigures(
                accounts.size(),
                units(accounts),
                exchanges,
                refused,
                exchanges == 0 ? Double.NaN : (double) refused / exchanges,
                ClopperPearson.upper95(refused, exchanges),
                Affected.of(accounts, refusedAccounts::contains),
                text.asked(),
                TextShares.of(text),
                rungs);
    }

    /** Returns the number of accounts, in which those of one organisation count once. */
    private static int units(Collection<LoggedAccount> accounts) {
        return (int) accounts.stream()
                .map(account -> {
                    String organisation = account.account().organisation();
                    return organisation == null ? "a " + account.account().id() : "o " + organisation;
                })
                .distinct()
                .count();
    }
}
