package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.Resource;
import java.util.ArrayList;
import java.util.List;

/**
 * A named set of campaigns, a number of honest accounts and a length in days.
 *
 * @param honest default number of honest accounts
 */
public record Scenario(String name, int days, int honest, List<CampaignPlan> campaigns) {
    private static final List<Scenario> ALL = read();

    private static List<Scenario> read() {
        List<Scenario> all = new ArrayList<>();
        for (String line : Resource.lines("scenarios.txt")) {
            if (line.startsWith("[")) {
                String[] head = line.split("[\\[\\], ]+", -1); // "", name, days, "days", honest, "honest"
                all.add(new Scenario(head[1], Integer.parseInt(head[2]), Integer.parseInt(head[4]), new ArrayList<>()));
            } else {
                all.getLast().campaigns.add(CampaignPlan.parse(line));
            }
        }
        return List.copyOf(all);
    }

    /** Returns a scenario by its name; throws {@link IllegalArgumentException} for an unknown one. */
    public static Scenario named(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown scenario " + name + "; expected one of "
                        + ALL.stream().map(Scenario::name).toList()));
    }

    public static List<Scenario> all() {
        return ALL;
    }
}
