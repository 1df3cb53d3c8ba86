package dev.stillgate.fingerprint.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.stats.BinomialBounds;
import dev.stillgate.testkit.Repetitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class JoinCampaignTest {
    private static final int CAMPAIGN = 100;
    private static final int TEMPLATE = 1001;
    private static final int CLIENT = 2001;

    /** Returns an account whose traits are all known at its first start. */
    private static JoinAccount account(int seen, boolean fits, FirstStarts starts) {
        return new JoinAccount(0, seen, 0, "free", fits, starts, new int[0]);
    }

    private static JoinAccount with(int fact, JoinAccount account) {
        return new JoinAccount(
                0, account.firstSeen(), 0, "free", account.fits(), account.starts(), new int[] {0, fact});
    }

    private static FirstStarts starts(int count, int template, int client) {
        return starts(list(count, i -> row(template, client)));
    }

    private static int[] row(int template, int client) {
        int[] row = new int[JoinTrait.COUNT];
        row[JoinTrait.SYSTEM.place()] = template;
        row[JoinTrait.CLIENT.place()] = client;
        return row;
    }

    /** Returns the starts with the given values, of which unknown ones are those of the start before. */
    private static FirstStarts starts(List<int[]> rows) {
        IntStream.Builder changes = IntStream.builder();
        for (int k = 0; k < rows.size(); k++) {
            for (int place = 0; place < JoinTrait.COUNT; place++) {
                int value = rows.get(k)[place];
                if (place == 0 || value != JoinTrait.UNKNOWN) {
                    changes.add((((k << 5) | place) << 24) | value);
                }
            }
        }
        return new FirstStarts(changes.build().toArray());
    }

    private static List<JoinAccount> campaign() {
        return list(12, i -> account(CAMPAIGN, false, starts(8, TEMPLATE, CLIENT)));
    }

    /** Known customers with templates and clients of their own, half of them to fit. */
    private static List<JoinAccount> customers(int count) {
        return list(count, i -> account(50, i % 2 == 0, starts(8, 10_001 + 2 * i, 5001 + 2 * (i % 7))));
    }

    private static <T> List<T> list(int count, IntFunction<T> each) {
        return IntStream.range(0, count).mapToObj(each).toList();
    }

    private static List<JoinAccount> with(List<JoinAccount> some, JoinAccount... more) {
        List<JoinAccount> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }

    @Test
    void accountWithTheTemplateAndTheClientJoins() {
        JoinCampaign campaign = new JoinCampaign(campaign(), customers(800));
        assertThat(campaign.joinedAt(account(110, false, starts(3, TEMPLATE, CLIENT))))
                .isEqualTo(1);
        assertThat(campaign.maxima(campaign().getFirst().stratum()).bound(2)).isEqualTo(2.0 / 401);
    }

    @Test
    void oneSideAloneDoesNotJoin() {
        JoinCampaign campaign = new JoinCampaign(campaign(), customers(800));
        assertThat(campaign.joins(account(110, false, starts(8, TEMPLATE, 777))))
                .isFalse();
        assertThat(campaign.joins(account(110, false, starts(8, 777, CLIENT)))).isFalse();
    }

    @Test
    void valueThatTooManyCustomersHaveIsNoEvidenceFor() {
        List<JoinAccount> customers =
                list(800, i -> account(50, i % 2 == 0, starts(8, 10_001 + 2 * i, i % 40 < 2 ? CLIENT : 5001)));
        JoinCampaign campaign = new JoinCampaign(campaign(), customers);
        JoinAccount newcomer = account(110, false, starts(8, TEMPLATE, CLIENT));
        assertThat(campaign.model().score(newcomer).origin()).isZero();
        assertThat(campaign.joins(newcomer)).isFalse();
        assertThat(campaign.model()
                        .score(account(110, false, starts(8, TEMPLATE, 777)))
                        .origin())
                .isNegative();
    }

    @Test
    void fewReferencesJoinNobody() {
        JoinCampaign campaign = new JoinCampaign(campaign(), customers(590));
        assertThat(campaign.joins(account(110, false, starts(8, TEMPLATE, CLIENT))))
                .as("295 to fit cannot show that a value is rare")
                .isFalse();
        assertThat(new JoinCampaign(campaign(), customers(600)).joins(account(110, false, starts(8, TEMPLATE, CLIENT))))
                .isTrue();
    }

    @Test
    void knownCustomerOfTheSamePlugInProtectsNewcomers() {
        JoinAccount like = account(50, false, starts(8, TEMPLATE, CLIENT));
        JoinAccount newcomer = account(110, false, starts(8, TEMPLATE, CLIENT));
        assertThat(new JoinCampaign(campaign(), with(customers(800), like)).joins(newcomer))
                .isFalse();
        JoinAccount later = account(CAMPAIGN, false, like.starts());
        JoinAccount short7 = account(50, false, starts(7, TEMPLATE, CLIENT));
        JoinAccount ofOtherTier = new JoinAccount(0, 50, 0, "paid", false, like.starts(), new int[0]);
        assertThat(new JoinCampaign(campaign(), with(customers(800), later, short7, ofOtherTier)).joins(newcomer))
                .as("references are earlier, complete and of the stratum")
                .isTrue();
    }

    @Test
    void customersThatWereOpenedBeforeTheCampaignAreReferences() {
        List<JoinAccount> confirmed = list(
                12, i -> opened(i == 0 ? 0 : i == 1 ? 5 : 40 + i / 6, campaign().get(i)));
        List<JoinAccount> customers = customers(800);
        List<JoinAccount> later = list(
                800, i -> opened(30, account(120, i % 2 == 0, customers.get(i).starts())));
        JoinStratum stratum = later.getFirst().stratum();
        assertThat(new JoinCampaign(confirmed, later).maxima(stratum).references())
                .isEqualTo(400);
        assertThat(new JoinCampaign(campaign(), later).maxima(stratum).references())
                .as("when the campaign was opened is unknown")
                .isZero();
        List<JoinAccount> sleepers = list(800, i -> opened(40, later.get(i)));
        assertThat(new JoinCampaign(confirmed, sleepers).maxima(stratum).references())
                .isZero();
    }

    private static JoinAccount opened(long created, JoinAccount account) {
        return new JoinAccount(0, account.firstSeen(), created, "free", account.fits(), account.starts(), new int[0]);
    }

    @Test
    void accountOfUnknownTierIsComparedWithCustomersOfAllTiers() {
        JoinAccount newcomer = new JoinAccount(0, 110, 0, null, false, starts(1, TEMPLATE, CLIENT), new int[0]);
        JoinAccount paid = new JoinAccount(0, 50, 0, "paid", false, starts(8, TEMPLATE, CLIENT), new int[0]);
        JoinCampaign campaign = new JoinCampaign(campaign(), customers(800));
        assertThat(campaign.joins(newcomer)).isTrue();
        assertThat(campaign.maxima(newcomer.stratum()).references()).isEqualTo(400);
        assertThat(new JoinCampaign(campaign(), with(customers(800), paid)).joins(newcomer))
                .isFalse();
    }

    @Test
    void valuesThatTheCampaignDoesNotShareAreNoEvidence() {
        List<JoinAccount> confirmed = list(12, i -> account(CAMPAIGN, false, starts(8, TEMPLATE, 3001 + 2 * i)));
        JoinModel model = new JoinCampaign(confirmed, customers(800)).model();
        assertThat(model.score(account(110, false, starts(8, TEMPLATE, 4001))).origin())
                .isBetween(-0.05, 0.05);
        assertThat(model.score(account(110, false, starts(8, 4001, 4001))).asked())
                .isLessThan(-1);
    }

    @Test
    void registrationFactOfTheCampaignIsEvidenceOfItsOrigin() {
        List<JoinAccount> confirmed =
                list(12, i -> with(i < 6 ? 31 : 33, account(CAMPAIGN, false, starts(8, TEMPLATE, 5001))));
        List<JoinAccount> customers = customers(800);
        JoinCampaign campaign = new JoinCampaign(confirmed, list(800, i -> with(101 + 2 * i, customers.get(i))));
        JoinAccount newcomer = account(110, false, starts(1, TEMPLATE, 5001));
        assertThat(campaign.joins(with(31, newcomer))).isTrue();
        assertThat(campaign.model().explain(with(31, newcomer), List.of("device", "payment")))
                .anySatisfy(weight -> assertThat(weight.trait()).isEqualTo("payment"));
        assertThat(campaign.joins(newcomer)).isFalse();
        JoinAccount other = with(999, newcomer);
        assertThat(campaign.model().score(other))
                .as("no evidence against")
                .isEqualTo(campaign.model().score(newcomer));
        assertThat(campaign.joins(with(31, account(110, false, starts(8, 777, 5001)))))
                .isFalse();
    }

    @Test
    void onlyAccountsAfterTheFirstConfirmedOneAreNewcomers() {
        JoinCampaign campaign = new JoinCampaign(campaign(), customers(800));
        assertThat(campaign.isNewcomer(account(CAMPAIGN, false, starts(1, TEMPLATE, CLIENT))))
                .isFalse();
        assertThat(campaign.isNewcomer(account(CAMPAIGN + 1, false, starts(1, TEMPLATE, CLIENT))))
                .isTrue();
    }

    @Test
    void quarterOfTheConfirmedMayBeOlderThanTheReferences() {
        for (int old : new int[] {3, 4}) {
            List<JoinAccount> confirmed =
                    list(12, i -> account(i < old ? 10 + i : CAMPAIGN, false, starts(8, TEMPLATE, CLIENT)));
            JoinCampaign campaign = new JoinCampaign(confirmed, customers(800));
            assertThat(campaign.fitted()).isEqualTo(old == 3 ? 400 : 0);
            assertThat(campaign.isNewcomer(account(60, false, starts(1, TEMPLATE, CLIENT))))
                    .isEqualTo(old == 4);
            assertThat(campaign.oldest())
                    .extracting(JoinAccount::firstSeen)
                    .containsExactly(10, 11, 12, old == 3 ? CAMPAIGN : 13);
        }
    }

    @Test
    void pathSumsTheExplanation() {
        JoinModel model = new JoinCampaign(campaign(), customers(800)).model();
        JoinAccount account =
                account(110, false, starts(List.of(row(TEMPLATE, 0), row(777, 0), row(TEMPLATE, CLIENT), row(0, 0))));
        assertThat(model.path(account)).hasSize(4);
        assertThat(model.path(account).getFirst().origin()).isZero();
        assertThat(model.path(account).getFirst().asked()).isPositive();
        assertThat(model.path(account).get(1).asked()).isNegative();
        assertThat(model.path(account).get(2)).isEqualTo(model.score(account));
        assertThat(model.explain(account, List.of()).stream()
                        .mapToDouble(TraitWeight::logRatio)
                        .sum())
                .isEqualTo(model.score(account).total());
    }

    /** Cover of confirmed accounts in any of their starts hides neither the campaign nor its newcomers. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3, 7})
    void coverInOneStartOfEachAccountHidesNothing(int covered) {
        IntFunction<FirstStarts> starts =
                own -> starts(list(8, k -> k == covered ? row(20_001 + 2 * own, 5001) : row(TEMPLATE, CLIENT)));
        List<JoinAccount> confirmed = list(12, i -> account(CAMPAIGN, false, starts.apply(i)));
        JoinCampaign campaign = new JoinCampaign(confirmed, customers(800));
        assertThat(campaign.joinedAt(account(110, false, starts.apply(99)))).isEqualTo(covered == 0 ? 2 : 1);
        assertThat(new JoinCampaign(confirmed, with(customers(800), account(50, false, starts.apply(99))))
                        .joinedAt(account(110, false, starts(8, TEMPLATE, CLIENT))))
                .as("one start of a known customer protects newcomers")
                .isZero();
    }

    @Test
    void valueThatCustomersHaveInSomeStartIsCommon() {
        List<JoinAccount> customers = list(
                800,
                i -> account(
                        50,
                        i % 2 == 0,
                        starts(list(8, k -> row(10_001 + 2 * i, i % 40 < 2 && k == 5 ? CLIENT : 5001)))));
        assertThat(new JoinCampaign(campaign(), customers).joins(account(110, false, starts(8, TEMPLATE, CLIENT))))
                .isFalse();
    }

    /**
     * Accounts that are exchangeable with the references join with probability at most 1 / (n + 1). Their traits depend on
     * each other, on the start and on a hidden kind of account, and many share the campaign's values.
     */
    @ParameterizedTest
    @ValueSource(ints = {4, 9, 19})
    void exchangeableAccountsJoinAtMostAsOftenAsTheBoundSays(int references) {
        Random random = new Random(references);
        List<JoinAccount> confirmed = list(20, i -> account(CAMPAIGN, false, drawn(random, 0.1)));
        List<JoinAccount> strangers = list(400, i -> account(50, true, drawn(random, 1)));
        int trials = Repetitions.of(400, 4000);
        long joined = IntStream.range(0, trials)
                .filter(trial -> {
                    List<JoinAccount> known = new ArrayList<>(strangers);
                    known.addAll(list(references, i -> account(50, false, drawn(random, 0.4))));
                    return new JoinCampaign(confirmed, known).joinedAt(account(110, false, drawn(random, 0.4))) > 0;
                })
                .count();
        assertThat(joined).isPositive();
        assertThat(BinomialBounds.lower((int) joined, trials)).isLessThanOrEqualTo(1.0 / (references + 1));
    }

    /**
     * Draws an account.
     *
     * @param strange probability that a value is unlike the campaign's
     */
    private static FirstStarts drawn(Random random, double strange) {
        boolean isWild = random.nextInt(3) == 0; // hidden kind: its traits differ together
        int own = 2 * random.nextInt(1000) + 1;
        IntPredicate differs = trait -> random.nextDouble() < strange || (isWild && trait % 4 == 0);
        int late = random.nextInt(8);
        List<int[]> rows = list(8, k -> new int[JoinTrait.COUNT]);
        for (int t = 1; t < JoinTrait.COUNT; t++) {
            boolean isOwn = differs.test(t);
            for (int k = t % 3 == 0 ? late : t % 5; k < 8; k++) {
                isOwn = t % 2 == 0 ? isOwn : differs.test(t); // half of the traits change from start to start
                rows.get(k)[t] = isOwn ? 100_001 + 5000 * t + own : 2 * t + 1;
            }
        }
        return starts(rows);
    }
}
