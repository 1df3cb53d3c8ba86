package dev.stillgate.fingerprint.likeness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Accounts that a search proposes to an operator.
 *
 * @param groups accounts that resemble one campaign, if there are enough for a pool
 * @param singles accounts that are judged one by one
 */
public record Proposals(List<Proposal> groups, List<Resemblance> singles) {
    /**
     * Returns the proposals of a search.
     *
     * @param least least number of accounts of a group
     */
    public static Proposals of(Likeness likeness, int least) {
        List<Resemblance> singles = new ArrayList<>();
        Map<CampaignModel, List<Resemblance>> byModel = new LinkedHashMap<>();
        for (Resemblance resemblance : likeness.found()) {
            if (resemblance.isReference()) {
                continue;
            }
            if (resemblance.reach() == Reach.NEAR) {
                singles.add(resemblance);
            } else {
                byModel.computeIfAbsent(resemblance.model(), model -> new ArrayList<>())
                        .add(resemblance);
            }
        }
        List<Proposal> groups = new ArrayList<>();
        byModel.forEach((model, accounts) -> {
            if (accounts.size() >= least) {
                groups.add(new Proposal(model, accounts));
            } else {
                singles.addAll(accounts);
            }
        });
        singles.sort(Likeness.MOST_LIKE);
        return new Proposals(List.copyOf(groups), List.copyOf(singles));
    }
}
