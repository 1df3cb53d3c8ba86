package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.report.Decision;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.NewcomerRate;
import dev.stillgate.fingerprint.signal.Promise;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.Orders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Accounts like confirmed ones, from traffic to standings, queue and pages. */
class LikenessSearchTest {
    private static final long HOUR = 3_600_000;
    private static final long START = 20_454 * 24 * HOUR;
    private static final int DAYS = 3;
    private static final int PEOPLE = 500;
    private static final int WORKERS = 40;

    private final Random random = new Random(11);
    private long now = START;
    private final Analyst analyst = new Analyst(settings(), Pins.orders(() -> now));

    private static AnalysisSettings settings() {
        return Policies.reviewing(new ReviewSettings(
                1,
                Duration.ofDays(90),
                NewcomerRate.parse("20/4d"),
                10,
                new Promise(0.01, 0.1),
                ReviewSettings.HIDE_STEP));
    }

    /** People in sessions of their own habits, every second one verified, and workers that ask at random times. */
    private void traffic() {
        List<Observation> all = new ArrayList<>();
        for (int p = 0; p < PEOPLE; p++) {
            person(all, "person-" + p, p % 2 == 0);
        }
        for (int w = 0; w < WORKERS; w++) {
            for (int k = 0; k < DAYS * 12; k++) {
                all.add(seen(
                        "worker-" + w, random.nextLong(DAYS * 24 * HOUR), 6 + 0.15 * random.nextGaussian(), false));
            }
        }
        all.sort(Comparator.comparingLong(seen -> seen.start));
        for (Observation seen : all) {
            while (seen.start > now + 6 * HOUR) {
                tend(6);
            }
            analyst.observe(seen);
        }
        tend(6);
    }

    private void person(List<Observation> all, String account, boolean verified) {
        double size = 4 + 4 * random.nextDouble();
        int sessions = 1 + random.nextInt(4);
        double pause = 20 + 400 * random.nextDouble();
        int wakeHour = random.nextInt(14);
        for (int day = 0; day < DAYS; day++) {
            for (int session = 0; session < sessions; session++) {
                double at = day * 24 * HOUR + (wakeHour + 10 * random.nextDouble()) * HOUR;
                for (int k = 2 + random.nextInt(15); k > 0; k--) {
                    at += -Math.log(1 - random.nextDouble()) * pause * 1000;
                    all.add(seen(account, (long) at, size + 1.2 * random.nextGaussian(), verified));
                }
            }
        }
    }

    private static Observation seen(String account, long after, double logChars, boolean verified) {
        Observation seen = new Observation();
        seen.account = account;
        seen.keepsState = true;
        seen.start = START + after;
        seen.end = seen.start + 1000;
        seen.answered = true;
        seen.tier = "standard";
        seen.dialect = Dialect.MESSAGES;
        seen.verified = verified;
        seen.outputTokens = (long) Math.exp(logChars) / 3;
        PromptFeatures prompt = new PromptFeatures();
        prompt.newChars = (int) Math.exp(logChars);
        prompt.analysedChars = prompt.newChars;
        seen.prompt = prompt;
        return seen;
    }

    private Map<String, Object> does(Function<OperatorActions, Decision> action) {
        analyst.obey();
        Decision decision = action.apply(new OperatorActions(analyst, false));
        OrderDraft draft = decision.draft();
        Orders.Receipt receipt = draft == null ? null : analyst.orders().give(draft);
        analyst.obey();
        return decision.shown(receipt);
    }

    private void tend(int hours) {
        now += hours * HOUR;
        analyst.observe(seen("clock", now - START, 5, false));
        analyst.tend(now);
    }

    private Map<String, Object> label(LabelKind kind, String account) {
        return does(op -> op.labels().labelAccount(kind, account, Map.of("by", "ada", "why", "seen")));
    }

    private void confirm(int count) {
        for (int w = 0; w < count; w++) {
            label(LabelKind.CONFIRMED, "worker-" + w);
        }
        tend(1);
    }

    private long reach(String prefix, int from, int to, Standing standing) {
        return java.util.stream.IntStream.range(from, to)
                .filter(i -> analyst.ladder().standing(prefix + i).reaches(standing))
                .count();
    }

    @Test
    void accountsLikeConfirmedOnesAreMarkedAndWaitForTheOperator() {
        traffic();
        label(LabelKind.CONFIRMED, "worker-0");
        Cluster known = cluster(List.of("worker-0", "worker-1", "worker-2", "worker-3", "worker-4"));
        does(op -> op.labels()
                .labelCluster(
                        LabelKind.CONFIRMED,
                        known.id,
                        Map.of("by", "ada", "why", "seen", "revision", known.revision())));
        tend(1);
        assertThat(reach("worker-", 5, WORKERS, Standing.MARKED)).isGreaterThan(25);
        assertThat(reach("worker-", 5, WORKERS, Standing.POOLED)).as("without an order").isZero();
        assertThat(known.accounts).hasSizeGreaterThan(30).noneMatch(account -> verified(account));
        assertThat(known.links).containsKey("likeness");
        Map<String, Object> page = new Reports(analyst, now).account("worker-20");
        assertThat(page)
                .extractingByKey("resembles")
                .asString()
                .contains("campaign=" + known.id, "trait=prompt-spread");
        assertThat(new Reports(analyst, now).review(10))
                .extractingByKey("items")
                .asString()
                .contains("id=" + known.id, "name=likeness");
        does(op -> op.labels()
                .labelCluster(
                        LabelKind.CONFIRMED,
                        known.id,
                        Map.of("by", "ada", "why", "alike", "revision", known.revision())));
        assertThat(reach("worker-", 0, WORKERS, Standing.POOLED)).isGreaterThan(25);
    }

    @Test
    void dossierListsAnAccountThatIsNearACampaignOnce() {
        traffic();
        Cluster people = cluster(List.of("person-1", "person-3", "person-5", "person-7", "person-9"));
        does(op -> op.labels()
                .labelCluster(
                        LabelKind.CONFIRMED,
                        people.id,
                        Map.of("by", "ada", "why", "seen", "revision", people.revision())));
        tend(1);
        assertThat(analyst.likeness().near()).isNotEmpty();
        assertThat(new Reports(analyst, now).dossier(people.id))
                .extractingByKey("resembling", InstanceOfAssertFactories.list(Map.class))
                .isNotEmpty()
                .extracting(like -> like.get("account"))
                .doesNotHaveDuplicates();
    }

    private boolean verified(String account) {
        return analyst.table().verified(analyst.table().index().find(account));
    }

    private Cluster cluster(List<String> accounts) {
        return analyst.clusters()
                .take(
                        new dev.stillgate.fingerprint.link.Link(
                                dev.stillgate.fingerprint.link.LinkKind.FACT, "payment", accounts.size(), 3, 0.001),
                        accounts,
                        now);
    }

    @Test
    void proposedAccountsLeaveWhenTheLabelsAreWithdrawn() {
        traffic();
        confirm(2); // too few for a standing
        Cluster cluster = analyst.clusters().of("worker-20");
        assertThat(cluster).isNotNull();
        assertThat(reach("worker-", 2, WORKERS, Standing.MARKED)).isZero();
        for (int w = 0; w < 2; w++) {
            String worker = "worker-" + w;
            does(op -> op.labels().unlabel(worker, Map.of()));
        }
        tend(1);
        assertThat(analyst.clusters().of("worker-20")).as("for a day").isNotNull();
        tend(12);
        tend(12);
        tend(1);
        assertThat(analyst.clusters().of("worker-20")).isNull();
        assertThat(cluster.accounts).isEmpty();
    }

    @Test
    void drawnNewcomersWaitUntilTheyAreVouchedFor() {
        traffic();
        List<String> due = analyst.likeness().dueNewcomers();
        assertThat(due).isNotEmpty().hasSizeLessThanOrEqualTo(20).noneMatch(this::verified);
        String first = due.getFirst();
        assertThat(new Reports(analyst, now).review(1000))
                .extractingByKey("items")
                .asString()
                .contains("kind=newcomer, id=" + first + ",");
        label(LabelKind.VOUCHED, first);
        assertThat(new Reports(analyst, now).review(1000))
                .extractingByKey("items")
                .asString()
                .doesNotContain("kind=newcomer, id=" + first + ",");
        tend(1);
        assertThat(analyst.likeness().dueNewcomers()).doesNotContain(first);
    }

    @Test
    void pageShowsPromiseAndModels() {
        traffic();
        confirm(5);
        Map<String, Object> page = new Reports(analyst, now).calibration();
        assertThat(page).containsKeys("promised", "models", "dueNewcomers");
        assertFinite(page);
        assertFinite(new Reports(analyst, now).account("worker-9"));
    }

    /** JSON has neither infinity nor not-a-number. */
    private static void assertFinite(Object value) {
        switch (value) {
            case Map<?, ?> map ->
                map.forEach((key, each) -> {
                    if (!key.equals("signals")) {
                        assertFinite(each);
                    }
                });
            case Collection<?> all -> all.forEach(LikenessSearchTest::assertFinite);
            case Double number -> assertThat(number).isFinite();
            case null, default -> {}
        }
    }
}
