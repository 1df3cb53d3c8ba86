package dev.stillgate.loadtests.campaign.harvest;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a campaign is.
 *
 * @param perDay exchanges a day of each account, without cover
 * @param startDay on which it begins, as a share of the run
 * @param access in how many ways it gets in: clients, APIs and networks that each have their part of the accounts
 */
public record Plan(
        String name,
        int accounts,
        double perDay,
        List<Work> works,
        Set<Evasion> evasions,
        double startDay,
        int access) {

    /** Returns a campaign that does not hide. */
    public static Plan of(String name, int accounts, double perDay, Work... works) {
        return new Plan(name, accounts, perDay, List.of(works), EnumSet.noneOf(Evasion.class), 0.04, 1);
    }

    /** Returns the same with ways to hide. */
    public Plan hiding(Evasion... by) {
        Set<Evasion> more = EnumSet.copyOf(List.of(by));
        more.addAll(evasions);
        return new Plan(name, accounts, perDay, works, more, startDay, access);
    }

    /** Returns the same from another day. */
    public Plan from(double share) {
        return new Plan(name, accounts, perDay, works, evasions, share, access);
    }

    /** Returns the same with several access paths. */
    public Plan through(int paths) {
        return new Plan(name, accounts, perDay, works, evasions, startDay, paths);
    }

    /** Returns the same at another size; the pace of an account stays. */
    public Plan scaled(double factor) {
        return new Plan(
                name, Math.max(2, (int) Math.round(accounts * factor)), perDay, works, evasions, startDay, access);
    }

    boolean hides(Evasion by) {
        return evasions.contains(by);
    }
}
