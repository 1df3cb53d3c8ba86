package dev.stillgate.fingerprint.analysis;

import static dev.stillgate.fingerprint.analysis.JoinScene.CAMPAIGN;
import static dev.stillgate.fingerprint.analysis.JoinScene.CLIENT;
import static dev.stillgate.fingerprint.analysis.JoinScene.DAY;
import static dev.stillgate.fingerprint.analysis.JoinScene.LATER;
import static dev.stillgate.fingerprint.analysis.JoinScene.TEMPLATE;
import static dev.stillgate.fingerprint.analysis.JoinScene.clientOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.JoinOutlook;
import dev.stillgate.fingerprint.standing.Joins;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on joins by actors that know the rules. A name says what the attack achieves. */
class JoinAttacksTest {
    /** Two sets of customers: one of the fit half makes a value common, another one does not. */
    private static final int FEW = 700;

    private static final int MANY = 1200;

    private final JoinScene at = new JoinScene();

    /** Returns a free account id in one half of the references. */
    private static String drawn(Predicate<String> half) {
        return IntStream.range(0, 100)
                .mapToObj(i -> "owned-" + i)
                .filter(half)
                .findFirst()
                .orElseThrow();
    }

    private static boolean calibrates(String account) {
        return !JoinScene.fits(account);
    }

    private Standing standing(String account) {
        return at.analyst.standing(account);
    }

    private void judge(LabelKind kind, String account) {
        at.scene.does(op -> op.labels().labelAccount(kind, account, Map.of("by", "ada", "why", "seen")));
    }

    @Test
    void templateAndClientChangedWithEachAccountEscape() {
        at.customers(FEW).confirmed();
        for (int i = 0; i < 20; i++) {
            at.starts("new-" + i, LATER, 8, 30_001 + 2 * i, 40_001 + 2 * i);
            at.starts("same-client-" + i, LATER, 8, 50_001 + 2 * i, CLIENT);
            at.starts("same-template-" + i, LATER, 8, TEMPLATE, 60_001 + 2 * i);
        }
        assertThat(at.pending()).as("changing one of the two is enough").isEmpty();
    }

    @Test
    void joiningSlowlyDoesNotHelp() {
        at.customers(FEW).confirmed();
        at.starts("slow", LATER + 15 * DAY, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("slow");
    }

    @Test
    void conversationsOfAnotherKindBeforeTheOthersDoNotHelpUnlessTheyAreEight() {
        at.customers(FEW).confirmed();
        at.starts("covered", LATER, 7, 30_001, clientOf(1));
        at.starts("patient", LATER, 8, 30_003, clientOf(1));
        assertThat(at.pending()).isEmpty();
        at.starts("covered", LATER + Scene.HOUR, 1, TEMPLATE, CLIENT);
        at.starts("patient", LATER + Scene.HOUR, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("covered");
    }

    @Test
    void accountThatWasOpenedBeforeTheCampaignEscapes() {
        at.customers(FEW);
        at.starts("sleeper", CAMPAIGN - DAY, 1, TEMPLATE, CLIENT);
        at.confirmed();
        at.starts("sleeper", LATER, 7, TEMPLATE, CLIENT);
        assertThat(at.pending()).isEmpty();
    }

    /** Returns a cluster of the campaign and of accounts that are older than all known customers. */
    private Cluster campaignWithOldAccounts(int count) {
        String[] old = IntStream.range(0, count).mapToObj(i -> "old-" + i).toArray(String[]::new);
        for (String account : old) {
            at.starts(account, 0, 8, TEMPLATE, CLIENT);
        }
        at.scene.tend(Scene.BEGIN + Scene.HOUR);
        for (int i = 0; i < FEW; i++) {
            at.verified("customer-" + i, Scene.HOUR, JoinScene.templateOf(i), clientOf(i));
        }
        return at.campaign("worker", JoinScene.MEMBERS, TEMPLATE, CLIENT, old);
    }

    @Test
    void fewOldAccountsInTheCampaignDoNotHelp() {
        at.confirm(campaignWithOldAccounts(3), Joins.POOL);
        at.tend(CAMPAIGN + DAY + 2 * 60_000);
        at.starts("replacement", LATER, 8, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("replacement");
    }

    @Test
    void aQuarterOfOldAccountsStopsAllJoinsAndTheOutlookNamesThem() {
        Cluster cluster = campaignWithOldAccounts(5);
        JoinOutlook.Outlook outlook = at.analyst.joins().of(cluster);
        assertThat(outlook.fitted()).isZero();
        assertThat(outlook.bounds().getFirst().share())
                .as("so a pool is refused")
                .isEqualTo(1);
        assertThat(outlook.oldest()).hasSize(5).allMatch(account -> account.startsWith("old-"));
        at.confirm(cluster, Joins.POOL);
        at.tend(CAMPAIGN + DAY + 2 * 60_000);
        at.starts("replacement", LATER, 8, TEMPLATE, CLIENT);
        assertThat(at.pending()).isEmpty();
        judge(LabelKind.REFUTED, "old-0");
        at.tend(LATER + Scene.HOUR);
        at.starts("next", LATER + 2 * Scene.HOUR, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("next");
    }

    @Test
    void firstConversationInAnUnusualApiMakesTheJoinAMark() {
        at.customers(FEW).confirmed();
        at.starts("rare", LATER, 1, TEMPLATE, CLIENT, seen -> seen.dialect = Dialect.GEMINI);
        at.write();
        assertThat(at.analyst.ladder().orders().joins())
                .extractingByKey("rare")
                .extracting(Join::effect, Join::bound)
                .containsExactly(Joins.MARK, 1.0);
        assertThat(standing("rare")).isEqualTo(Standing.MARKED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void copyOfAProductFramesItsNewCustomersUnlessAKnownCustomerOfItCalibrates(boolean fits) {
        at.customers(MANY);
        at.verified(drawn(fits ? JoinScene::fits : JoinAttacksTest::calibrates), 0, TEMPLATE, CLIENT);
        at.confirmed();
        at.starts("honest", LATER, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).isEqualTo(fits ? List.of("honest") : List.of());
    }

    @Test
    void copyAfterTheConfirmationFramesNoCustomer() {
        at.customers(FEW).confirmed();
        long product = 30_001;
        for (int i = 0; i < 5; i++) { // a join by the campaign's values first, then the product's
            at.starts("joiner-" + i, LATER, 1, TEMPLATE, CLIENT);
            at.starts("joiner-" + i, LATER + 60_000, 7, product, product);
        }
        at.write();
        at.tend(LATER + 2 * Scene.HOUR);
        at.starts("honest", LATER + DAY, 8, product, product);
        assertThat(at.pending()).as("joiners never train the profile").isEmpty();
    }

    @Test
    void verifiedAccountOfTheCampaignStopsJoinsUntilItIsConfirmed() {
        String owned = drawn(JoinAttacksTest::calibrates);
        at.customers(MANY).verified(owned, 0, TEMPLATE, CLIENT);
        at.confirmed();
        at.starts("replacement", LATER, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).isEmpty();
        assertThat(at.analyst.joins().resembling())
                .extracting(JoinWatch.Resembling::account, JoinWatch.Resembling::stops)
                .containsExactly(tuple(owned, true));
        judge(LabelKind.CONFIRMED, owned);
        at.tend(LATER + Scene.HOUR);
        at.starts("next", LATER + 2 * Scene.HOUR, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("next");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void verifiedAccountWithOneSideOfTheCampaignStopsJoinsUntilItIsConfirmed(boolean isTemplate) {
        String owned = drawn(JoinAttacksTest::calibrates);
        at.customers(MANY).verified(owned, 0, isTemplate ? TEMPLATE : 30_001, isTemplate ? clientOf(1) : CLIENT);
        Cluster cluster = at.confirmed();
        at.starts("replacement", LATER, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).isEmpty();
        assertThat(at.analyst.joins().resembling())
                .extracting(JoinWatch.Resembling::account, JoinWatch.Resembling::stops)
                .containsExactly(tuple(owned, true));
        assertThat(at.analyst.joins().of(cluster).bounds().getFirst().setBy())
                .containsEntry(isTemplate ? "asked" : "origin", owned);
        judge(LabelKind.CONFIRMED, owned);
        at.tend(LATER + Scene.HOUR);
        at.starts("next", LATER + 2 * Scene.HOUR, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("next");
        assertThat(at.analyst.joins().resembling()).isEmpty();
    }

    @Test
    void customersWithOneSideOfTheCampaignAreNotListedIfTheyAreManyOrStopNothing() {
        at.customers(MANY);
        for (int i = 0; i < 40; i++) {
            at.verified("plug-in-" + i, 0, TEMPLATE, clientOf(1));
        }
        at.confirmed();
        assertThat(at.analyst.joins().resembling()).isEmpty();
    }

    @Test
    void accountsThatAreVerifiedAfterTheCampaignBeganChangeNothing() {
        at.customers(MANY).confirmed();
        for (int i = 0; i < 50; i++) {
            at.verified("owned-" + i, CAMPAIGN + DAY, TEMPLATE, CLIENT);
        }
        at.tend(CAMPAIGN + 2 * DAY);
        at.starts("replacement", LATER, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("replacement");
    }

    @Test
    void overfilledOrderMarksTheOthersOfTheHour() {
        Cluster cluster = at.customers(FEW).confirmed();
        for (int i = 0; i < 40; i++) {
            at.starts("throwaway-" + i, LATER, 1, TEMPLATE, CLIENT);
        }
        at.write();
        at.starts("worth", LATER + 60_000, 1, TEMPLATE, CLIENT);
        at.write();
        assertThat(at.analyst.ladder().orders().joins().values().stream().filter(Join::pools))
                .hasSize(5);
        assertThat(standing("worth")).isEqualTo(Standing.MARKED);
        at.starts("worth", LATER + 2 * 60_000, 9, TEMPLATE, CLIENT);
        assertThat(at.pending()).as("the hour is full").isEmpty();
        at.scene.now += Scene.HOUR;
        at.starts("worth", LATER + Scene.HOUR, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).as("its operators had no day to look").isEmpty();
        at.scene.now += DAY;
        assertThat(standing("worth")).as("nothing joins without a conversation").isEqualTo(Standing.MARKED);
        at.starts("worth", LATER + DAY + 2 * Scene.HOUR, 1, TEMPLATE, CLIENT);
        at.starts("next", LATER + DAY + 2 * Scene.HOUR, 1, TEMPLATE, CLIENT);
        at.write();
        assertThat(standing("worth")).as("after its first eight starts too").isEqualTo(Standing.POOLED);
        assertThat(standing("next")).isEqualTo(Standing.POOLED);
        assertThat(at.pending()).isEmpty();
        assertThat(at.analyst.ladder().orders().standingOrder(cluster.id)).isNotNull();
    }

    @Test
    void accountsInExcessThatGoOnForADayArePooledAtTheRateUnlessTheyAreJudgedOrVerified() {
        Cluster cluster = at.customers(FEW).confirmed();
        List<String> pupils = IntStream.range(0, 12).mapToObj(i -> "pupil-" + i).toList();
        pupils.forEach(pupil -> at.starts(pupil, LATER, 1, TEMPLATE, CLIENT));
        at.write();
        List<String> marked = pupils.stream()
                .filter(pupil -> standing(pupil) == Standing.MARKED)
                .toList();
        assertThat(marked).hasSize(7);
        judge(LabelKind.VOUCHED, marked.get(0));
        at.scene.now += DAY;
        at.starts(marked.get(1), LATER + DAY, 1, TEMPLATE, CLIENT, seen -> seen.verified = true);
        List<String> others = marked.subList(2, 7);
        at.starts(marked.get(0), LATER + DAY, 1, TEMPLATE, CLIENT);
        others.forEach(pupil -> at.starts(pupil, LATER + DAY, 1, TEMPLATE, CLIENT));
        assertThat(at.pending()).containsExactlyInAnyOrderElementsOf(others);
        at.starts("next", LATER + DAY, 1, TEMPLATE, CLIENT);
        at.write();
        assertThat(others).extracting(this::standing).containsOnly(Standing.POOLED);
        assertThat(standing("next")).isEqualTo(Standing.MARKED);
        pupils.subList(0, 3).forEach(pupil -> judge(LabelKind.VOUCHED, pupil));
        assertThat(at.analyst.ladder().orders().standingOrder(cluster.id).isSuspended())
                .isTrue();
        at.scene.now += DAY;
        at.starts("next", LATER + 2 * DAY, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).as("the order is suspended").isEmpty();
    }

    @Test
    void classJoinsOnlyWithTheCampaignsTemplateAndThenThreeRefutationsSuspendTheOrder() {
        Cluster cluster = at.customers(FEW).confirmed();
        for (int i = 0; i < 40; i++) {
            at.starts("pupil-" + i, LATER, 3, 30_001, CLIENT);
        }
        assertThat(at.pending()).as("a class with a template of its own").isEmpty();
        for (int i = 0; i < 40; i++) {
            at.starts("copied-" + i, LATER, 1, TEMPLATE, CLIENT);
        }
        at.write();
        assertThat(IntStream.range(0, 40).mapToObj(i -> standing("copied-" + i)))
                .containsOnly(Standing.POOLED, Standing.MARKED)
                .filteredOn(Standing.POOLED::equals)
                .hasSize(5);
        IntStream.range(0, 3).forEach(i -> judge(LabelKind.VOUCHED, "copied-" + i));
        assertThat(at.analyst.ladder().orders().standingOrder(cluster.id).isSuspended())
                .isTrue();
        at.starts("replacement", LATER + DAY, 1, TEMPLATE, CLIENT);
        assertThat(at.pending())
                .as("the campaign is free until an operator orders anew")
                .isEmpty();
    }

    @Test
    void resellersOtherCustomersDoNotJoin() {
        at.customers(FEW).confirmed();
        for (int i = 0; i < 30; i++) {
            long own = 30_001 + 2L * i;
            at.starts("resold-" + i, LATER, 8, own, CLIENT, seen -> seen.block = CLIENT << 40);
        }
        at.starts("resold-worker", LATER, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly("resold-worker");
    }

    @Test
    void joinThatWaitedForTheJournalIsDroppedWithItsOrder() {
        Cluster cluster = at.customers(FEW).confirmed();
        at.starts("judged", LATER, 1, TEMPLATE, CLIENT);
        at.starts("waiting", LATER, 1, TEMPLATE, CLIENT);
        judge(LabelKind.VOUCHED, "judged");
        assertThat(at.pending()).containsExactly("waiting");
        at.confirm(cluster, Joins.QUEUE);
        at.write();
        assertThat(at.analyst.ladder().orders().joins()).isEmpty();
        assertThat(standing("waiting")).isEqualTo(Standing.CLEAR);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "cluster c1", "a; b\nc", "\u0000", "\ud83d\ude00", "../../etc", "account x"})
    void hostileIdsAndValuesJoinLikeOthersAndBreakNothing(String account) {
        at.customers(FEW).confirmed();
        for (int i = 0; i < 4; i++) {
            int odd = i;
            at.starts("odd-" + i, LATER, 9, odd, -odd, seen -> {
                seen.start = odd == 0 ? 0 : seen.start;
                seen.maxTokens = odd % 2 == 0 ? Integer.MAX_VALUE : Integer.MIN_VALUE;
                seen.temperature = odd == 1 ? Double.NEGATIVE_INFINITY : odd == 2 ? -0.0 : Double.NaN;
                seen.prompt.newChars = odd % 2 == 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
                seen.model = "m".repeat(1 + 10_000 * odd);
            });
        }
        at.starts(account, LATER, 1, TEMPLATE, CLIENT);
        assertThat(at.pending()).containsExactly(account);
        at.write();
        assertThat(at.analyst.ladder().orders().joins()).containsOnlyKeys(account);
        assertThat(standing(account)).isEqualTo(Standing.POOLED);
    }

    @Test
    void tiesOfStrataAreShownInOneOrder() {
        Cluster cluster = at.customers(FEW).campaign("worker", 10, TEMPLATE, CLIENT);
        for (int i = 0; i < 10; i++) {
            Dialect dialect = Dialect.values()[i % 5];
            at.starts("mixed-" + i, CAMPAIGN, 8, TEMPLATE, CLIENT, seen -> seen.dialect = dialect);
        }
        List<String> mixed = IntStream.range(0, 10).mapToObj(i -> "mixed-" + i).toList();
        Cluster tied = at.analyst.clusters().take(new Link(LinkKind.FACT, "card", 10, 3, 0.001), mixed, at.scene.now);
        assertThat(tied).isNotSameAs(cluster);
        assertThat(at.analyst.joins().of(tied).bounds())
                .extracting(JoinOutlook.Bound::stratum)
                .hasSize(5)
                .isSorted();
    }
}
