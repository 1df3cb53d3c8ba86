package dev.stillgate.fingerprint.likeness;

import static dev.stillgate.fingerprint.likeness.Population.confirmed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.signal.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong confirmations: they are shown, and accounts like them are not touched. */
final class AgreementTest {
    private static final int KIND = 11; // a rare kind of innocent accounts

    private static List<Subject> unlike(List<Subject> confirmed, Likeness likeness) {
        Set<Integer> unlike = likeness.models().getFirst().confirmed().stream()
                .filter(ConfirmedAccount::unlike)
                .map(ConfirmedAccount::account)
                .collect(Collectors.toSet());
        return confirmed.stream()
                .filter(account -> unlike.contains(account.account()))
                .toList();
    }

    private static int pulled(List<Integer> alike, Likeness likeness) {
        Set<Integer> touched = proposed(likeness);
        return (int) alike.stream().filter(touched::contains).count();
    }

    private static Set<Integer> proposed(Likeness likeness) {
        return likeness.found().stream()
                .filter(Resemblance::isProposed)
                .map(Resemblance::account)
                .collect(Collectors.toSet());
    }

    private static Set<Integer> touched(Likeness likeness, Reach least) {
        return likeness.found().stream()
                .filter(each -> !each.isReference() && each.reach().compareTo(least) >= 0)
                .map(Resemblance::account)
                .collect(Collectors.toSet());
    }

    /** One of four to fourteen confirmed accounts is an innocent one, of whose kind there are forty others. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5, 8, 13})
    void accountConfirmedByMistakeDoesNotPullItsLikeIn(int right) {
        int recognised = 0;
        int pulled = 0;
        int pulledWithoutIt = 0;
        int found = 0;
        for (int seed = 0; seed < 20; seed++) {
            Population population =
                    new Population(seed).innocent(1500, ReferenceKind.VERIFIED).innocent(500, null);
            List<Integer> alike = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Subject account = population.ofKind(KIND, null);
                population.accounts.add(account);
                alike.add(account.account());
            }
            List<Subject> campaign = population.campaign(right + 50, population.center());
            List<Subject> others = campaign.subList(right, right + 50);
            population.accounts.addAll(others);
            List<Subject> confirmed = new ArrayList<>(campaign.subList(0, right));
            Likeness without = population.likeness(Promise.DEFAULT, confirmed("c", confirmed));
            Subject mistake = population.ofKind(KIND, null);
            confirmed.add(mistake);
            Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", confirmed));
            recognised += unlike(confirmed, likeness).contains(mistake) ? 1 : 0;
            pulledWithoutIt += pulled(alike, without);
            pulled += pulled(alike, likeness);
            Set<Integer> touched = proposed(likeness);
            found += (int) others.stream()
                    .filter(account -> touched.contains(account.account()))
                    .count();
        }
        assertThat(recognised).isGreaterThanOrEqualTo(19);
        assertThat(pulled).as("of 800 accounts like the mistake").isLessThanOrEqualTo(pulledWithoutIt + 4);
        assertThat(found).as("of 1,000 accounts of the campaigns").isGreaterThan(right == 3 ? 550 : 700);
    }

    @Test
    void fiveInAHundredMistakesAreLeftOut() {
        Population population =
                new Population(1).innocent(1500, ReferenceKind.VERIFIED).innocent(1000, null);
        List<Subject> campaign = population.campaign(200, population.center());
        population.accounts.addAll(campaign.subList(95, 200));
        List<Subject> confirmed = new ArrayList<>(campaign.subList(0, 95));
        List<Subject> mistakes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            mistakes.add(population.ofKind(KIND, null));
        }
        confirmed.addAll(mistakes);
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", confirmed));
        assertThat(unlike(confirmed, likeness)).containsAll(mistakes).hasSizeLessThan(12);
        assertThat(touched(likeness, Reach.CLOSE)).hasSizeBetween(95, 110);
    }

    @Test
    void campaignsOfTwoPipelinesKeepBoth() {
        Population population =
                new Population(2).innocent(1500, ReferenceKind.VERIFIED).innocent(500, null);
        List<Subject> confirmed = new ArrayList<>(population.campaign(10, population.center()));
        confirmed.addAll(population.campaign(10, population.center()));
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", confirmed));
        assertThat(unlike(confirmed, likeness)).hasSizeLessThan(5);
    }

    @Test
    void oneOrTwoConfirmedAccountsOnlyPropose() {
        for (int count = 1; count <= 2; count++) {
            Population population =
                    new Population(3).innocent(1500, ReferenceKind.VERIFIED).innocent(500, null);
            List<Subject> campaign = population.campaign(100 + count, population.center());
            population.accounts.addAll(campaign.subList(count, 100 + count));
            Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", campaign.subList(0, count)));
            assertThat(likeness.models().getFirst().agrees()).isFalse();
            assertThat(touched(likeness, Reach.MARKED)).isEmpty();
            assertThat(proposed(likeness)).hasSizeGreaterThan(20);
        }
    }

    @Test
    void unrelatedConfirmedAccountsHaveNoEffect() {
        Population population =
                new Population(4).innocent(1500, ReferenceKind.VERIFIED).innocent(500, null);
        List<Subject> confirmed = new ArrayList<>();
        for (int kind = 0; kind < 12; kind++) {
            confirmed.add(population.ofKind(kind, null));
        }
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", confirmed));
        assertThat(touched(likeness, Reach.MARKED)).hasSizeLessThan(5);
    }

    @Test
    void fewReferencesDoNotHideAMistake() {
        Population population =
                new Population(5).innocent(3, ReferenceKind.VERIFIED).innocent(500, null);
        List<Subject> confirmed = new ArrayList<>(population.campaign(9, population.center()));
        Subject mistake = population.ofKind(0, null);
        confirmed.add(mistake);
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", confirmed));
        assertThat(unlike(confirmed, likeness)).contains(mistake);
    }

    @Test
    void groupOfThousandsIsJudgedInFolds() {
        Population population =
                new Population(6).innocent(1500, ReferenceKind.VERIFIED).innocent(100, null);
        List<Subject> confirmed = new ArrayList<>(population.campaign(3000, population.center()));
        Subject mistake = population.ofKind(KIND, null);
        confirmed.add(mistake);
        Likeness likeness = population.likeness(Promise.DEFAULT, confirmed("c", confirmed));
        assertThat(unlike(confirmed, likeness)).contains(mistake).hasSizeLessThan(60);
    }
}
