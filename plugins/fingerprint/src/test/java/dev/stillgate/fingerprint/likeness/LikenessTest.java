package dev.stillgate.fingerprint.likeness;

import static dev.stillgate.fingerprint.likeness.Population.confirmed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.signal.Promise;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Accounts found from a few confirmed ones, and the promises for innocent accounts. */
final class LikenessTest {
    private static final int REFERENCES = 1500;

    private static Set<Integer> indexes(List<Subject> accounts) {
        return accounts.stream().map(Subject::account).collect(Collectors.toSet());
    }

    private static Set<Integer> proposed(Likeness likeness) {
        return likeness.found().stream()
                .filter(Resemblance::isProposed)
                .map(Resemblance::account)
                .collect(Collectors.toSet());
    }

    private static Set<Integer> reaching(Likeness likeness, Reach least) {
        return likeness.found().stream()
                .filter(each -> !each.isReference() && each.reach().compareTo(least) >= 0)
                .map(Resemblance::account)
                .collect(Collectors.toSet());
    }

    @Test
    void fiveConfirmedAccountsFindMostOfTheirCampaign() {
        Population population =
                new Population(1).innocent(REFERENCES, ReferenceKind.VERIFIED).innocent(1500, null);
        List<Subject> campaign = population.campaign(105, population.center());
        population.accounts.addAll(campaign.subList(5, 105));
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, 5)));
        Set<Integer> others = indexes(campaign.subList(5, 105));
        Set<Integer> close = reaching(likeness, Reach.CLOSE);
        assertThat(close).filteredOn(others::contains).hasSizeGreaterThan(80);
        assertThat(close).filteredOn(account -> !others.contains(account)).hasSizeLessThan(5);
        assertThat(reaching(likeness, Reach.MARKED)).containsAll(close);
        assertThat(likeness.models().getFirst().confirmed()).noneMatch(ConfirmedAccount::unlike);
        assertThat(likeness.found().getFirst().leastP()).isEqualTo(1.0 / (REFERENCES + 1));
    }

    @Test
    void evidenceOfTheTraitsSumsToTheScore() {
        Population population =
                new Population(2).innocent(300, ReferenceKind.VERIFIED).innocent(300, null);
        Likeness likeness =
                population.likeness(Promise.DEFAULT, confirmed("c", population.campaign(7, population.center())));
        for (Subject account : population.accounts) {
            Resemblance closest = likeness.closest(account);
            assertThat(closest.explanation()).hasSize(Population.TRAITS);
            assertThat(closest.explanation().stream()
                            .mapToDouble(TraitEvidence::logRatio)
                            .sum())
                    .isCloseTo(closest.score(), within(1e-9));
            assertThat(closest.explanation())
                    .isSortedAccordingTo((a, b) -> Double.compare(Math.abs(b.logRatio()), Math.abs(a.logRatio())));
            for (TraitEvidence evidence : closest.explanation()) {
                int trait = Integer.parseInt(evidence.trait().substring(6));
                double value = account.profile().topic(trait);
                if (Double.isNaN(value)) {
                    assertThat(evidence.logRatio()).isZero();
                } else {
                    assertThat(value).isGreaterThan(evidence.above()).isLessThanOrEqualTo(evidence.upTo());
                }
            }
        }
    }

    @Test
    void innocentAccountsAreCloseNoMoreOftenThanPromised() {
        Promise promise = new Promise(0.02, 0.1);
        int innocent = 0;
        int close = 0;
        for (int seed = 0; seed < 150; seed++) {
            Population population =
                    new Population(seed).innocent(300, ReferenceKind.VERIFIED).innocent(300, null);
            Set<Integer> tested = indexes(population.accounts.subList(300, 600));
            List<Subject> campaign = population.campaign(60, population.center());
            population.accounts.addAll(campaign.subList(8, 60));
            Likeness likeness = population.likeness(promise, confirmed("c", campaign.subList(0, 8)));
            innocent += tested.size();
            close += (int) reaching(likeness, Reach.CLOSE).stream()
                    .filter(tested::contains)
                    .count();
        }
        assertThat((double) close / innocent)
                .isLessThan(0.02 + 3 * Math.sqrt(0.02 / 300 / 150)) // accounts of one run share references
                .isGreaterThan(0.01);
    }

    @Test
    void promiseHoldsForAllModelsTogether() {
        Promise promise = new Promise(0.02, 0.1);
        int close = 0;
        for (int seed = 0; seed < 60; seed++) {
            Population population =
                    new Population(seed).innocent(400, ReferenceKind.VERIFIED).innocent(400, null);
            Likeness likeness = population.likeness(
                    promise,
                    confirmed("a", population.campaign(5, population.center())),
                    confirmed("b", population.campaign(5, population.center())),
                    confirmed("c", population.campaign(5, population.center())),
                    confirmed("d", population.campaign(5, population.center())));
            close += reaching(likeness, Reach.CLOSE).size();
        }
        assertThat(close / 60.0 / 400).isLessThan(0.02 + 3 * Math.sqrt(0.02 / 400 / 60));
    }

    @Test
    void markedAccountsHoldThePromisedShareOfFalseOnes() {
        double shares = 0;
        int found = 0;
        int runs = 100;
        for (int seed = 0; seed < runs; seed++) {
            Population population =
                    new Population(seed).innocent(400, ReferenceKind.VERIFIED).innocent(400, null);
            Set<Integer> innocent = indexes(population.accounts);
            List<Subject> campaign = population.campaign(80, population.center());
            population.accounts.addAll(campaign.subList(6, 80));
            Likeness likeness = population.likeness(new Promise(1e-6, 0.1), confirmed("c", campaign.subList(0, 6)));
            Set<Integer> marked = reaching(likeness, Reach.MARKED);
            found += marked.size();
            shares += marked.stream().filter(innocent::contains).count() / (double) Math.max(1, marked.size());
        }
        assertThat(found / runs).isGreaterThan(60);
        assertThat(shares / runs).isLessThan(0.1);
    }

    @Test
    void withFewReferencesNothingIsClose() {
        Population population =
                new Population(3).innocent(200, ReferenceKind.VERIFIED).innocent(1500, null);
        List<Subject> campaign = population.campaign(105, population.center());
        population.accounts.addAll(campaign.subList(5, 105));
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, 5)));
        assertThat(reaching(likeness, Reach.CLOSE)).isEmpty();
        assertThat(likeness.found().getFirst().leastP()).isEqualTo(1 / 201.0);
        Likeness blind = Likeness.of(
                Population.TRAIT_LIST,
                Strata.of(population.accounts),
                population.accounts.subList(200, population.accounts.size()),
                List.of(confirmed("c", campaign.subList(0, 5))),
                Promise.DEFAULT);
        assertThat(proposed(blind)).isEmpty();
        assertThat(reaching(blind, Reach.NEAR))
                .as("the most similar ones are still shown")
                .hasSize(25)
                .isSubsetOf(indexes(campaign));
    }

    @Test
    void stratumWithoutReferencesIsNotTouched() {
        Population population = new Population(4).innocent(REFERENCES, ReferenceKind.VERIFIED);
        List<Subject> campaign = population.campaign(105, population.center());
        Stratum other = new Stratum("paid", Dialect.RESPONSES, Use.CODE);
        campaign.subList(5, 105).forEach(account -> population.accounts.add(Population.in(other, account)));
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, 5)));
        assertThat(reaching(likeness, Reach.MARKED)).isEmpty();
        assertThat(proposed(likeness)).as("an operator may still confirm them").hasSizeGreaterThan(80);
    }

    @Test
    void vouchedCampaignAccountsRaiseTheThresholdAndAreListed() {
        Population population =
                new Population(5).innocent(2500, ReferenceKind.VERIFIED).innocent(500, null);
        List<Subject> campaign = population.campaign(115, population.center());
        List<Subject> vouched = campaign.subList(5, 15).stream()
                .map(account ->
                        new Subject(account.account(), account.profile(), account.stratum(), ReferenceKind.VOUCHED))
                .toList();
        population.accounts.addAll(vouched);
        population.accounts.addAll(campaign.subList(15, 115));
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, 5)));
        assertThat(reaching(likeness, Reach.CLOSE)).as("limit").hasSizeLessThan(50);
        assertThat(reaching(likeness, Reach.MARKED)).hasSizeGreaterThan(90);
        List<Integer> listed = likeness.models().getFirst().resemblingReferences();
        assertThat(listed).filteredOn(indexes(vouched)::contains).hasSizeGreaterThan(2);
        assertThat(listed)
                .filteredOn(account -> !indexes(vouched).contains(account))
                .hasSizeLessThan(3);
    }

    @Test
    void confirmedDecoysDoNotHideAnotherCampaign() {
        Population population =
                new Population(6).innocent(6000, ReferenceKind.VERIFIED).innocent(500, null);
        List<Subject> campaign = population.campaign(105, population.center());
        List<Subject> decoys = population.accounts.subList(6000, 6020).stream().toList();
        population.accounts.removeAll(decoys);
        population.accounts.addAll(campaign.subList(5, 105));
        Likeness likeness = population.likeness(
                Promise.DEFAULT, confirmed("decoys", decoys), confirmed("c", campaign.subList(0, 5)));
        assertThat(reaching(likeness, Reach.CLOSE))
                .filteredOn(indexes(campaign)::contains)
                .hasSizeGreaterThan(70);
    }

    /** An actor imitates a kind of customers and has his decoys confirmed. */
    @Test
    void customersLikeConfirmedDecoysKeepThePromise() {
        for (int kind : new int[] {0, 5, 11}) {
            Population population =
                    new Population(9).innocent(3000, ReferenceKind.VERIFIED).innocent(3000, null);
            int kindOfDecoys = kind;
            List<Subject> decoys = java.util.stream.IntStream.range(0, 30)
                    .mapToObj(i -> population.ofKind(kindOfDecoys, null))
                    .toList();
            Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("decoys", decoys));
            assertThat(reaching(likeness, Reach.CLOSE))
                    .as("of 3,000 customers, kind %d", kind)
                    .hasSizeLessThanOrEqualTo(8);
            assertThat(proposed(likeness)).hasSizeLessThanOrEqualTo(8);
        }
    }

    @Test
    void withoutConfirmedAccountsThereIsNothingToFind() {
        Population population = new Population(7).innocent(50, null);
        Likeness none = population.likeness(Promise.DEFAULT, confirmed("gone", List.of()));
        assertThat(none.models()).isEmpty();
        assertThat(none.found()).isEmpty();
        assertThat(none.closest(population.accounts.getFirst())).isNull();
        Likeness alone = Likeness.of(
                Population.TRAIT_LIST,
                Strata.of(List.of()),
                List.of(),
                List.of(confirmed("c", population.campaign(4, population.center()))),
                Promise.DEFAULT);
        assertThat(alone.found()).isEmpty();
    }

    @Test
    void resultDoesNotDependOnTheOrderOfAccounts() {
        Population population =
                new Population(8).innocent(400, ReferenceKind.VERIFIED).innocent(400, null);
        List<Subject> campaign = population.campaign(45, population.center());
        population.accounts.addAll(campaign.subList(5, 45));
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, 5)));
        java.util.Collections.shuffle(population.accounts, population.random);
        Likeness again = population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, 5)));
        for (Reach reach : Reach.values()) {
            assertThat(reaching(again, reach)).isEqualTo(reaching(likeness, reach));
        }
    }
}
