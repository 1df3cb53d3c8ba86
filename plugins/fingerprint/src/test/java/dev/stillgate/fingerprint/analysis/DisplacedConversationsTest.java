package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.Displacement;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.spi.Standing;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Conversations that move to another account after a refusal: an actor's, and honest ones that look alike. */
class DisplacedConversationsTest {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final int CUSTOMERS = 700;

    private final Random random = new Random(7);
    private long now = Seen.START;
    private int texts;
    private Analyst analyst = analyst(new Displacement());

    private Analyst analyst(Signal... signals) {
        return new Analyst(Seen.settings(100_000, 1.1, signals), Pins.orders(() -> now));
    }

    private Observation turn(String account, int text, boolean answered) {
        Observation seen = Seen.prompt(account, now);
        int[] sketch = Objects.requireNonNull(seen.prompt).sketch;
        for (int i = 0; i < sketch.length; i++) {
            sketch[i] = 31 * text + i + 1;
        }
        seen.answered = answered;
        seen.verified = account.startsWith("customer-");
        return seen;
    }

    private void refused(String account, int text) {
        analyst.observe(turn(account, text, false));
    }

    private void answered(String account, int text) {
        analyst.observe(turn(account, text, true));
    }

    /** Refuses each known customer once; some ask the same again, and of few another one asks the same. */
    private void customers(int count, int coincidences) {
        for (int i = 0; i < count; i++) {
            int text = ++texts;
            refused("customer-" + i, text);
            now += 20 * SECOND;
            if (i < coincidences) {
                answered("customer-" + (i + 1), text);
            } else if (i % 2 == 0) {
                answered("customer-" + i, text);
            }
        }
    }

    /** Refuses conversations of accounts that a queue gives to the next account. */
    private void displaced(String prefix, int accounts, int conversations) {
        for (int i = 0; i < conversations; i++) {
            int text = ++texts;
            int refused = random.nextInt(accounts);
            refused(prefix + refused, text);
            now += 5 * SECOND;
            answered(prefix + (refused + 1 + random.nextInt(accounts - 1)) % accounts, text);
            now += MINUTE;
        }
    }

    private void round() {
        now += 20 * MINUTE;
        answered("customer-0", ++texts);
        analyst.tend(now);
    }

    private List<Cluster> clusters() {
        return List.copyOf(analyst.clusters().all());
    }

    @Test
    void accountsThatTakeOverRefusedConversationsAreOneMarkedCluster() {
        customers(CUSTOMERS, 0);
        displaced("worker-", 12, 120);
        round();
        assertThat(clusters()).singleElement().satisfies(cluster -> {
            assertThat(cluster.reasons).containsExactly("displacement");
            assertThat(cluster.accounts)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 12).mapToObj(i -> "worker-" + i).toList());
        });
        assertThat(analyst.standings().values()).containsOnly(Standing.MARKED);
    }

    @Test
    void retryByTheSameAccountIsNoLink() {
        customers(CUSTOMERS, 0);
        for (int i = 0; i < 300; i++) {
            int text = ++texts;
            String account = "user-" + i % 6;
            refused(account, text);
            refused(account, text);
            now += MINUTE;
            answered(account, text);
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void conversationThatTheRefusedAccountAlsoHasIsNoLink() {
        customers(CUSTOMERS, 0);
        for (int i = 0; i < 300; i++) {
            int text = ++texts;
            refused("user-" + i % 6, text);
            now += 5 * SECOND;
            answered("user-" + (i + 1) % 6, text);
            now += 5 * SECOND;
            answered("user-" + i % 6, text);
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void sharedPublicTextIsNoLink() {
        customers(CUSTOMERS, 0);
        for (int text = 1; text <= 50; text++) {
            answered("benchmark-0", 100_000 + text);
        }
        for (int i = 0; i < 300; i++) {
            int text = 100_001 + i % 50;
            refused("user-" + random.nextInt(6), text);
            now += 5 * SECOND;
            answered("user-" + random.nextInt(6), text);
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void classWithOneExerciseAfterAnotherIsNoLink() {
        customers(CUSTOMERS, 0);
        for (int exercise = 0; exercise < 40; exercise++) {
            int text = ++texts;
            int eager = exercise % 4;
            refused("pupil-" + eager, text);
            for (int pupil = 0; pupil < 30; pupil++) {
                now += 2 * SECOND;
                answered("pupil-" + (eager + 1 + pupil) % 31, text);
            }
            now += 10 * MINUTE;
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void retryThatAnotherGatewayReportsBeforeTheRefusalIsNoLink() {
        customers(CUSTOMERS, 0);
        for (int i = 0; i < 300; i++) {
            int text = ++texts;
            String account = "user-" + i % 6;
            Observation refusal = turn(account, text, false);
            Observation again = turn("user-" + (i + 1) % 6, text, true);
            again.start -= SECOND;
            now += 3 * SECOND;
            answered(account, text);
            analyst.observe(refusal);
            analyst.observe(refusal); // replayed
            analyst.observe(again);
            now += MINUTE;
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void conversationThatTheOtherAccountBeganBeforeIsNoLink() {
        customers(CUSTOMERS, 0);
        for (int i = 0; i < 300; i++) {
            int text = ++texts;
            Observation refusal = turn("user-" + i % 6, text, false);
            Observation earlier = turn("user-" + (i + 1) % 6, text, true);
            earlier.start -= 40 * SECOND; // a long response, so it is observed after the refusal
            analyst.observe(refusal);
            analyst.observe(earlier);
            now += MINUTE;
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void developerWithTwoKeysIsNoLink() {
        customers(CUSTOMERS, 0);
        displaced("key-", 2, 100);
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void keysOfOneDeclaredOrganisationAreNoLink() {
        customers(CUSTOMERS, 0);
        for (int i = 0; i < 200; i++) {
            int text = ++texts;
            Observation refusal = turn("key-" + i % 5, text, false);
            refusal.organisation = "org-1";
            analyst.observe(refusal);
            now += 5 * SECOND;
            Observation next = turn("key-" + (i + 1) % 5, text, true);
            next.organisation = "org-1";
            analyst.observe(next);
            now += MINUTE;
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void fewCoincidencesAmongManyRefusalsAreNoLink() {
        customers(CUSTOMERS, 4);
        for (int i = 0; i < 3000; i++) {
            int text = ++texts;
            refused("user-" + random.nextInt(30), text);
            if (i % 200 == 0) {
                answered("user-" + random.nextInt(30), text);
            }
            now += 10 * SECOND;
        }
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void coincidencesOfKnownCustomersWeakenTheEvidence() {
        customers(CUSTOMERS, CUSTOMERS / 2);
        displaced("worker-", 12, 40);
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void withoutEnoughRefusalsOfKnownCustomersNothingIsLinked() {
        customers(500, 0);
        displaced("worker-", 12, 120);
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void signalIsSwitchedOffByOneLine() {
        analyst = analyst();
        customers(CUSTOMERS, 0);
        displaced("worker-", 12, 120);
        round();
        assertThat(clusters()).isEmpty();
    }

    @Test
    void erasedAccountIsInNoGroup() {
        customers(CUSTOMERS, 0);
        displaced("worker-", 12, 120);
        analyst.forget("worker-3");
        round();
        assertThat(clusters())
                .singleElement()
                .satisfies(cluster -> assertThat(cluster.accounts).hasSize(11).doesNotContain("worker-3"));
    }
}
