package dev.stillgate.fingerprint.analysis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.report.Decision;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.People;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.OrderDraft;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts that share people: a relay, and honest customers that resemble one. */
class SharedPeopleTest {
    private static final long MINUTE = 60_000;
    private static final int HOURS = 133;
    private static final FeatureHasher HASHER = new FeatureHasher("a key of twenty-four byte".getBytes(US_ASCII));

    private final Random random = new Random(6);
    private long now = Seen.START;
    private Analyst analyst = analyst(new People());

    private Analyst analyst(Signal... signals) {
        AnalysisSettings settings = Seen.settings(100_000, 1.1, signals);
        return new Analyst(settings, Pins.orders(() -> now));
    }

    private void asks(String account, String person) {
        asks(account, person, false, null);
    }

    private void asks(String account, String person, boolean verified, String organisation) {
        Observation seen = Seen.prompt(account, now);
        seen.person = HASHER.text(person);
        seen.verified = verified;
        seen.organisation = organisation;
        analyst.observe(seen);
    }

    private void knownPeople(int count) {
        for (int i = 0; i < count; i++) {
            asks("known-" + i, "known person " + i, true, null);
        }
    }

    /** Each person's session moves to another account every hour, as a relay deals that pins sessions. */
    private void shares(String prefix, int accounts, int people, int hours) {
        for (int hour = 0; hour < hours; hour++) {
            now += 60 * MINUTE;
            for (int person = 0; person < people; person++) {
                if (random.nextInt(3) == 0) {
                    asks(prefix + random.nextInt(accounts), prefix + "person " + person);
                }
            }
            analyst.tend(now);
        }
    }

    private void round() {
        now += 10 * MINUTE;
        asks("known-0", "known person 0", true, null);
        analyst.tend(now);
    }

    private Map<String, Standing> standings() {
        return analyst.standings();
    }

    @Test
    void relayIsOneMarkedClusterAndHonestAccountsAreClear() {
        knownPeople(600);
        for (int i = 0; i < 60; i++) {
            asks("honest-" + i, "honest person " + i);
        }
        shares("relay-", 40, 30, HOURS);
        assertThat(analyst.clusters().all())
                .singleElement()
                .satisfies(cluster -> assertThat(cluster.accounts).hasSizeGreaterThanOrEqualTo(36));
        assertThat(standings())
                .allSatisfy((account, standing) -> assertThat(account).startsWith("relay-"))
                .allSatisfy((account, standing) -> assertThat(standing).isEqualTo(Standing.MARKED));
    }

    @Test
    void largeRelayIsFoundByTheSamePeopleInEachAccount() {
        knownPeople(600);
        shares("relay-", 40, 600, 48);
        assertThat(standings()).hasSizeGreaterThanOrEqualTo(36);
    }

    @Test
    void firmWithTwelveUndeclaredKeysIsMarkedAndNeverPooled() {
        knownPeople(600);
        shares("firm-", 12, 40, HOURS);
        assertThat(standings()).hasSize(12);
        assertThat(standings().values()).containsOnly(Standing.MARKED);
    }

    @Test
    void declaredFirmWithTwelveKeysIsClear() {
        knownPeople(600);
        for (int k = 0; k < 2000; k++) {
            now += MINUTE;
            asks("key-" + k % 12, "employee " + random.nextInt(40), false, "firm");
        }
        round();
        assertThat(standings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 12})
    void onePersonWithSeveralKeysIsNotALink(int keys) {
        knownPeople(600);
        for (int k = 0; k < 100; k++) {
            now += MINUTE;
            asks("key-" + k % keys, "developer");
        }
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void backEndWithTheKeysOfItsCustomersIsNotALink() {
        knownPeople(600);
        for (int k = 0; k < 3000; k++) {
            now += MINUTE / 2;
            int customer = random.nextInt(50);
            asks("customer-" + customer, "user " + random.nextInt(20) + " of " + customer);
        }
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void serviceWithOneKeyIsCountedAndClear() {
        knownPeople(600);
        for (int k = 0; k < 2000; k++) {
            asks("service", "user " + k);
        }
        round();
        assertThat(analyst.clusters().all()).isEmpty();
        int service = analyst.table().index().find("service");
        assertThat(analyst.registrations().people().count(service)).isBetween(1000, 4000);
    }

    @Test
    void rotatedKeyIsNotALink() {
        knownPeople(600);
        for (int k = 0; k < 2000; k++) {
            now += MINUTE;
            asks(k < 1000 ? "old-key" : "new-key", "user " + random.nextInt(30));
        }
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void onePlantedIdOfAVictimIsNotALink() {
        knownPeople(600);
        asks("victim", "victim's person");
        for (int k = 0; k < 500; k++) {
            now += MINUTE;
            asks("actor-" + random.nextInt(12), random.nextBoolean() ? "victim's person" : "actor " + k);
        }
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void manyPlantedIdsMarkTheVictimButNeitherPoolItNorConfirmIt() {
        knownPeople(600);
        for (int k = 0; k < 2000; k++) {
            now += MINUTE;
            String person = "victim's person " + random.nextInt(30);
            asks(k % 20 == 0 ? "victim" : "actor-" + random.nextInt(12), person);
        }
        round();
        assertThat(standings()).containsEntry("victim", Standing.MARKED);
        confirm("include", List.of("actor-1", "actor-2"));
        assertThat(standings()).containsEntry("actor-1", Standing.POOLED).containsEntry("victim", Standing.MARKED);
    }

    @Test
    void withoutEnoughKnownPeopleNothingIsLinked() {
        knownPeople(599);
        shares("relay-", 40, 30, 40);
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void peopleWhomKnownCustomersShareWeakenTheEvidence() {
        for (int i = 0; i < 600; i++) {
            asks("known-" + i, "known person " + i / 2, true, null);
            asks("known-" + i, "another person " + i / 2, true, null);
        }
        shares("relay-", 40, 30, 40);
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void signalIsSwitchedOffByOneLine() {
        analyst = analyst();
        knownPeople(600);
        shares("relay-", 40, 30, 40);
        assertThat(analyst.clusters().all()).isEmpty();
        int account = analyst.table().index().find("known-0");
        assertThat(analyst.registrations().people().count(account)).isZero();
    }

    private Map<String, Object> confirm(Object... more) {
        analyst.obey();
        Cluster cluster = analyst.clusters().all().iterator().next();
        Map<String, Object> given =
                new HashMap<>(Map.of("by", "ann", "why", "a relay", "revision", cluster.revision()));
        for (int i = 0; i < more.length; i += 2) {
            given.put((String) more[i], more[i + 1]);
        }
        Decision decision =
                new OperatorActions(analyst, false).labels().labelCluster(LabelKind.CONFIRMED, cluster.id, given);
        OrderDraft draft = decision.draft();
        Map<String, Object> page =
                decision.shown(draft == null ? null : analyst.orders().give(draft));
        analyst.obey();
        return page;
    }

    @Test
    void memberByPeopleAloneIsConfirmedOnlyIfNamed() {
        knownPeople(600);
        shares("relay-", 12, 30, HOURS);
        assertThat(((Map<?, ?>) confirm().get("decided")).get("labelled")).isEqualTo(0);
        assertThat(standings().values()).doesNotContain(Standing.POOLED);

        confirm("include", List.of("relay-3", "relay-5"));
        assertThat(standings())
                .containsEntry("relay-3", Standing.POOLED)
                .containsEntry("relay-5", Standing.POOLED)
                .containsEntry("relay-4", Standing.MARKED);
    }

    @Test
    void membershipByPeopleSurvivesARestart() throws IOException {
        knownPeople(600);
        shares("relay-", 12, 30, HOURS);
        analyst = Seen.restored(analyst);
        assertThat(analyst.clusters().all().iterator().next().isByPeople("relay-3"))
                .isTrue();
        int account = analyst.table().index().find("relay-3");
        assertThat(analyst.registrations().people().count(account)).isPositive();
    }

    @Test
    void erasedAccountHasNoPeople() {
        knownPeople(600);
        shares("relay-", 12, 30, 20);
        int account = analyst.table().index().find("relay-3");
        assertThat(analyst.registrations().people().count(account)).isPositive();
        analyst.forget("relay-3");
        assertThat(analyst.registrations().people().count(account)).isZero();
    }
}
