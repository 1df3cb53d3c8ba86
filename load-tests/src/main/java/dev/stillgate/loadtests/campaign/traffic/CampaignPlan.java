package dev.stillgate.loadtests.campaign.traffic;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

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
    private static final double START = 0.04;

    /** Returns a campaign without evasions. */
    public static CampaignPlan of(String name, int accounts, double perDay, Work... works) {
        return new CampaignPlan(name, accounts, perDay, List.of(works), EnumSet.noneOf(Evasion.class), START, 1);
    }

    /** Parses a line of {@code scenarios.txt}. */
    static CampaignPlan parse(String line) {
        String[] head = line.substring(0, line.indexOf(':')).split(" ", -1);
        Set<Evasion> evasions = EnumSet.noneOf(Evasion.class);
        double start = START;
        int access = 1;
        List<Work> works = new ArrayList<>();
        for (String part : line.substring(line.indexOf(':') + 2).split("; ", -1)) {
            String values = part.substring(part.indexOf(' ') + 1);
            switch (part.substring(0, Math.max(0, part.indexOf(' ')))) {
                case "hiding" -> constants(values).map(Evasion::valueOf).forEach(evasions::add);
                case "from" -> start = Double.parseDouble(values);
                case "through" -> access = Integer.parseInt(values);
                default -> constants(part).map(Work::valueOf).forEach(works::add);
            }
        }
        return new CampaignPlan(
                head[0], Integer.parseInt(head[1]), Double.parseDouble(head[2]), works, evasions, start, access);
    }

    private static Stream<String> constants(String names) {
        return Stream.of(names.toUpperCase(Locale.ROOT).replace('-', '_').split(" ", -1));
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

    /** Returns a copy with a scaled number of accounts and the same rate per account. */
    public CampaignPlan scaled(double factor) {
        return new CampaignPlan(
                name, Math.max(2, (int) Math.round(accounts * factor)), perDay, works, evasions, startDay, access);
    }

    boolean hides(Evasion by) {
        return evasions.contains(by);
    }
}
