package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LabelGroup.Membership;
import dev.stillgate.spi.Standing;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Honest accounts as written to the report.
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
    record Affected(int accounts, double bound95) {}

    static HonestFigures of(LabelGroup group) {
        return of(List.of(group));
    }

    /** Returns the figures over several groups, in which an account of two groups counts once. */
    static HonestFigures of(Collection<LabelGroup> groups) {
        Map<LoggedAccount, String> units = new LinkedHashMap<>();
        long exchanges = 0;
        long refused = 0;
        TextVolume text = TextVolume.NONE;
        for (LabelGroup group : groups) {
            for (Membership member : group.members()) {
                units.computeIfAbsent(member.account(), HonestFigures::unit);
            }
            exchanges += group.volumes().requests();
            refused += group.refusedForStanding();
            text = text.plus(group.volumes().total());
        }
        Map<Standing, Affected> rungs = new EnumMap<>(Standing.class);
        for (Standing rung : RungFigures.RUNGS) {
            rungs.put(rung, affected(units, account -> account.reachedAt(rung) >= 0));
        }
        return new HonestFigures(
                units.size(),
                distinct(units.values()),
                exchanges,
                refused,
                exchanges == 0 ? Double.NaN : (double) refused / exchanges,
                ClopperPearson.upper95(refused, exchanges),
                affected(units, account -> account.refusedForStanding() > 0),
                text.asked(),
                TextShares.of(text),
                rungs);
    }

    private static String unit(LoggedAccount account) {
        String organisation = account.account().organisation();
        return organisation == null ? "a " + account.account().id() : "o " + organisation;
    }

    private static int distinct(Collection<String> units) {
        return (int) units.stream().distinct().count();
    }

    private static Affected affected(Map<LoggedAccount, String> units, Predicate<LoggedAccount> happened) {
        List<LoggedAccount> accounts = units.keySet().stream().filter(happened).toList();
        int affected = distinct(
                accounts.stream().map(units::get).map(Objects::requireNonNull).toList());
        return new Affected(accounts.size(), ClopperPearson.upper95(affected, distinct(units.values())));
    }
}
