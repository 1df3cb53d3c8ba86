package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.NewcomerRate;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.standing.LabelKind;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DrawnNewcomersTest {
    private static final int DAYS = 7;
    private static final long DAY = 24 * Scene.HOUR;

    /** The first millisecond of a window. */
    private static final long WINDOW = Scene.BEGIN / DAY / DAYS * DAYS * DAY;

    private static final NewcomerRate RATE = new NewcomerRate(30, DAYS);

    private final Scene scene = new Scene();

    private DrawnNewcomersTest() {
        scene.reviews(new ReviewSettings(1, Duration.ofDays(90), RATE, 10, ReviewSettings.HIDE_STEP));
    }

    private static FeatureHasher hasher(long seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return new FeatureHasher(key);
    }

    /** Observes accounts that are first seen on the days of a window in turn. */
    private void seen(List<Integer> accounts, long window) {
        for (int i : accounts) {
            scene.analyst.observe(
                    Seen.prompt("account-" + window + "-" + i, WINDOW + (window * DAYS + i % DAYS) * DAY));
        }
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toList());
    }

    /** Returns the newcomers that are due a number of days after the first window began. */
    private List<String> dueAfter(int days) {
        scene.tend(WINDOW + days * DAY);
        return scene.analyst.newcomers().due();
    }

    @Test
    void sampleOfTheLastCompleteWindowIsDue() {
        seen(numbers(500), 0);
        seen(numbers(12), 1);
        assertThat(dueAfter(6)).as("the window is not over").isEmpty();
        assertThat(dueAfter(7)).hasSize(30).allMatch(id -> id.startsWith("account-0-"));
        assertThat(dueAfter(13)).hasSize(30).allMatch(id -> id.startsWith("account-0-"));
        assertThat(dueAfter(14)).hasSize(12).allMatch(id -> id.startsWith("account-1-"));
        assertThat(dueAfter(21)).isEmpty();
    }

    @Test
    void gatewaysWithOneSecretAgreeInAnyOrder() {
        scene.analyst.drawBy(hasher(1));
        seen(numbers(500), 0);
        List<String> due = dueAfter(7);
        DrawnNewcomersTest other = new DrawnNewcomersTest();
        List<Integer> shuffled = numbers(500);
        Collections.shuffle(shuffled, new Random(3));
        other.scene.analyst.drawBy(hasher(1));
        other.seen(shuffled, 0);
        assertThat(other.dueAfter(7)).isEqualTo(due);
        other.scene.analyst.drawBy(hasher(2));
        assertThat(other.dueAfter(8)).hasSize(30).isNotEqualTo(due);
    }

    @Test
    void accountsAreDrawnWithEqualProbability() {
        int[] counts = new int[100];
        seen(numbers(counts.length), 0);
        for (int seed = 0; seed < 1000; seed++) {
            DrawnNewcomers newcomers = new DrawnNewcomers(scene.analyst.table(), scene.analyst.ladder());
            newcomers.drawBy(hasher(seed));
            newcomers.tend(RATE, WINDOW + DAYS * DAY);
            newcomers.due().forEach(id -> counts[Integer.parseInt(id.substring("account-0-".length()))]++);
        }
        for (int count : counts) {
            assertThat(count).isBetween(300 - 73, 300 + 73); // five standard deviations
        }
    }

    @Test
    void knownAccountsNeedNoVerification() {
        seen(numbers(20), 0);
        Observation verified = Seen.prompt("verified", WINDOW);
        verified.verified = true;
        scene.analyst.observe(verified);
        Observation organised = Seen.prompt("organised", WINDOW);
        organised.organisation = "firm";
        scene.analyst.observe(organised);
        assertThat(dueAfter(7)).hasSize(20).doesNotContain("verified", "organised");
        assertThat(queue()).contains("kind=newcomer, id=account-0-3,");
        scene.does(op ->
                op.labels().labelAccount(LabelKind.VOUCHED, "account-0-3", Map.of("by", "ada", "why", "a customer")));
        assertThat(queue()).doesNotContain("id=account-0-3,").contains("kind=newcomer, id=account-0-4,");
        assertThat(dueAfter(8)).hasSize(19).doesNotContain("account-0-3");
        scene.analyst.forget("account-0-4");
        assertThat(scene.analyst.newcomers().due()).doesNotContain("account-0-4");
    }

    private String queue() {
        return String.valueOf(scene.reports.review(100).get("items"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "30", "30/7", "30/7h", "0/7d", "30/0d", "30/91d", "10001/7d", "-1/7d", "999999999999/1d"})
    void invalidRateIsRefused(String text) {
        assertThatThrownBy(() -> NewcomerRate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected ")
                .hasMessageContaining("found");
    }

    @Test
    void rateIsWrittenAsItIsRead() {
        assertThat(NewcomerRate.parse("30/7d")).hasToString("30/7d").isEqualTo(RATE);
    }
}
