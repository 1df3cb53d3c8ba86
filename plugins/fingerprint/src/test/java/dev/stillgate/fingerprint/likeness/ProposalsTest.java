package dev.stillgate.fingerprint.likeness;

import static dev.stillgate.fingerprint.likeness.Population.confirmed;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ProposalsTest {
    private Population population;
    private double[] center;

    @BeforeEach
    void populate() {
        population = new Population(1).innocent(1500, ReferenceKind.VERIFIED).innocent(500, null);
        center = population.center();
    }

    private Likeness likeness(int others) {
        List<Subject> campaign = population.campaign(6 + others, center);
        population.accounts.addAll(campaign.subList(6, 6 + others));
        return population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, 6)));
    }

    @Test
    void enoughAccountsOfOneCampaignAreProposedTogether() {
        Proposals proposals = Proposals.of(likeness(40), 10);
        assertThat(proposals.groups()).hasSize(1);
        Proposal group = proposals.groups().getFirst();
        assertThat(group.model().id()).isEqualTo("c");
        assertThat(group.accounts()).hasSizeBetween(36, 48);
        assertThat(group.accounts())
                .isSortedAccordingTo(Likeness.MOST_LIKE)
                .allMatch(account -> account.reach().compareTo(Reach.PROPOSED) >= 0);
        assertThat(proposals.singles()).allMatch(account -> account.reach() == Reach.NEAR);
    }

    @Test
    void stricterPromiseNeedsMoreReferences() {
        Proposal group = Proposals.of(likeness(40), 10).groups().getFirst();
        assertThat(group.within(0.0001)).as("1,500 references").isEmpty();
        assertThat(group.within(0.001)).hasSizeGreaterThan(30);
    }

    @Test
    void fewAccountsAreJudgedOneByOne() {
        Proposals proposals = Proposals.of(likeness(5), 10);
        assertThat(proposals.groups()).isEmpty();
        assertThat(proposals.singles()).hasSizeGreaterThanOrEqualTo(4).isSortedAccordingTo(Likeness.MOST_LIKE);
    }
}
