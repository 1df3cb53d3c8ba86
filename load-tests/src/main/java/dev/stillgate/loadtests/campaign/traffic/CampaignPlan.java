package dev.stillgate.loadtests.campaign.traffic;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Description of a campaign.
 *
 * @param perDay exchanges per account and day, without cover traffic
 * @param startDay start as a share of the run
 * @param access number of access paths; each has its own client, API, network and part of the accounts
 */
public record CampaignPlan(
        String name,
        int accounts,
        double perDay,
        List<Work> works,
        Set<Evasion> evasions,
        double startDay,
        int access) {

    /** Returns a campaign without evasions. */
    public static CampaignPlan of(String name, int accounts, double perDay, Work... works) {
        return new CampaignPlan(name, accounts, perDay, List.of(works), EnumSet.noneOf(Evasion.class), 0.04, 1);
    }

    /** Returns a copy with additional evasions. */
    public CampaignPlan hiding(Evasion... by) {
        Set<Evasion> more = EnumSet.copyOf(List.of(by));
        more.addAll(evasions);
        return new CampaignPlan(name, accounts, perDay, works, more, startDay, access);
    }

    /** Returns a copy with another start. */
    public CampaignPlan from(double share) {
        return new CampaignPlan(name, accounts, perDay, works, evasions, share, access);
    }

    /** Returns a copy with several access paths. */
    public CampaignPlan through(int paths) {
        return new CampaignPlan(name, accounts, perDay, works, evasions, startDay, paths);
    }

    /** Returns a copy with a scaled number of accounts and the same rate per account. */
    public CampaignPlan scaled(double factor) {
        return new CampaignPlan(
                name, Math.max(2, (int) Math.round(accounts * factor)), perDay, works, evasions, startDay, access);
    }

    boolean hides(Evasion by) {
        return evasions.contains(by);
    }
}
