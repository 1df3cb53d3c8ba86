package dev.stillgate.fingerprint.likeness;

import java.util.List;

/**
 * Accounts that an operator may confirm together, since they resemble one confirmed campaign.
 *
 * @param model model of the campaign
 * @param accounts the most similar first
 */
public record Proposal(CampaignModel model, List<Resemblance> accounts) {
    public Proposal {
        accounts = List.copyOf(accounts);
    }
}
