package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.MemberSums;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.ClientAndNetwork;
import dev.stillgate.fingerprint.signal.FactSettings;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.signal.Roaming;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.SweepShape;
import dev.stillgate.fingerprint.signal.TopicConcentration;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Six days of three hundred accounts at home, and of forty that come from a new network each time. */
@Tag("slow")
final class RoamingDetectorTest {
    private static final int PEOPLE = 300;
    private static final int ROAMERS = 40;
    private static final int DAYS = 6;
    private static final long HOUR = 3_600_000;
    private static final Signal[] SIGNALS = {
        new SweepShape(), new TopicConcentration(), new UnderDispersion(), new ClientAndNetwork(), new Roaming()
    };

    private final Random random = new Random(5);
    private final List<Observation> all = new ArrayList<>();

    /** Content of an account: a mean length and a mean topic. */
    private record Matter(double size, double[] topic) {}

    private Matter matter(double own) {
        double[] topic = new double[MemberSums.TOPICS];
        for (int d = 0; d < topic.length; d++) {
            topic[d] = own * random.nextGaussian();
        }
        return new Matter(5 + 2.5 * random.nextDouble(), topic);
    }

    private static Matter with(Matter common, Matter own) {
        double[] topic = new double[MemberSums.TOPICS];
        for (int d = 0; d < topic.length; d++) {
            topic[d] = common.topic[d] + own.topic[d];
        }
        return new Matter(common.size, topic);
    }

    /** Adds some conversations a day, about an hour apart, at working hours of the account's own. */
    private void account(String name, Matter matter, IntToLongFunction block) {
        int wakes = random.nextInt(24);
        int aDay = 5 + random.nextInt(6);
        for (int day = 0; day < DAYS; day++) {
            double at = Seen.START + (24 * day + wakes) * HOUR;
            for (int k = 0; k < aDay; k++) {
                at += -Math.log(1 - random.nextDouble()) * HOUR;
                Observation seen = Seen.prompt(name, (long) at);
                seen.client = 0x1234_5678_9abc_def1L;
                seen.block = block.applyAsLong(k);
                seen.prompt.text = random.nextLong();
                seen.prompt.newChars = (int) Math.exp(matter.size + 0.4 * random.nextGaussian());
                seen.prompt.analysedChars = seen.prompt.newChars;
                seen.proseChars = 2000;
                topic(seen.prompt.topic, matter.topic);
                all.add(seen);
            }
        }
    }

    private void topic(float[] to, double... mean) {
        double squares = 0;
        for (int d = 0; d < to.length; d++) {
            to[d] = (float) (mean[d] + random.nextGaussian());
            squares += to[d] * to[d];
        }
        for (int d = 0; d < to.length; d++) {
            to[d] /= (float) Math.sqrt(squares);
        }
    }

    private void people(int count) {
        for (int a = 0; a < count; a++) {
            long[] places = {random.nextLong(), random.nextLong()};
            account("person-" + a, matter(1), k -> places[k % 2]);
        }
    }

    /**
     * Adds roaming accounts.
     *
     * @param own standard deviation of the accounts' own content
     * @param blocks number of address blocks
     */
    private void roamers(double own, int blocks) {
        Matter common = matter(1);
        long[] pool = random.longs(blocks).toArray();
        for (int a = 0; a < ROAMERS; a++) {
            account("roams-" + a, with(common, matter(own)), k -> pool[random.nextInt(blocks)]);
        }
    }

    private Analyst play(Signal... signals) {
        long[] now = new long[1];
        AnalysisSettings settings = new AnalysisSettings(
                List.of(signals),
                Map.of(),
                1.1,
                Duration.ofDays(14),
                Duration.ofMinutes(10),
                Duration.ofDays(3),
                100_000,
                AllowedAccounts.NONE,
                ReviewSettings.STANDARD,
                FactSettings.STANDARD,
                0);
        Analyst analyst = new Analyst(settings, Pins.orders(() -> now[0]));
        all.sort(Comparator.comparingLong(seen -> seen.start));
        long next = 0;
        for (Observation seen : all) {
            if (seen.start >= next) {
                now[0] = seen.start;
                analyst.tend(seen.start);
                next = seen.start + HOUR;
            }
            analyst.observe(seen);
        }
        return analyst;
    }

    /** Returns the accounts with the standing marked or above. */
    private static List<String> marked(Analyst analyst) {
        return analyst.standings().entrySet().stream()
                .filter(each -> each.getValue().reaches(Standing.MARKED))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void roamingAccountsOfOneActorAreFoundByContent() {
        people(PEOPLE);
        roamers(0, 4000);
        Analyst analyst = play(SIGNALS);
        assertThat(marked(analyst)).hasSizeGreaterThan(ROAMERS * 8 / 10).allMatch(name -> name.startsWith("roams-"));
        AccountStanding rank = analyst.ladder().find(marked(analyst).getFirst());
        assertThat(rank.reasons).contains("roaming", "sweep-shape");
        assertThat(analyst.clusters().all()).hasSize(1);
    }

    /** The content of the whole group depends on the account; that of each half does not. */
    @Test
    void twoActorsWithSimilarContentAreSeparated() {
        people(PEOPLE);
        Matter common = matter(1);
        Matter aside = matter(0.5);
        for (int a = 0; a < ROAMERS; a++) {
            account("roams-" + a, a % 2 == 0 ? common : with(common, aside), k -> random.nextLong());
        }
        assertThat(marked(play(SIGNALS)))
                .hasSizeGreaterThan(ROAMERS * 8 / 10)
                .allMatch(name -> name.startsWith("roams-"));
    }

    @Test
    void roamingUsersWithOwnContentAreNotFound() {
        people(PEOPLE);
        roamers(0.4, 4000);
        assertThat(marked(play(SIGNALS))).isEmpty();
    }

    @Test
    void sharedAddressPoolIsNotRoaming() {
        people(PEOPLE);
        roamers(0, 40);
        assertThat(marked(play(SIGNALS))).isEmpty();
    }

    @Test
    void roamingIsNoEvidenceWhereManyRoam() {
        people(ROAMERS * 2);
        roamers(0, 4000);
        assertThat(marked(play(SIGNALS))).isEmpty();
    }

    @Test
    void roamingUsersWithCommonContentAreNotFound() {
        people(PEOPLE);
        for (int a = 0; a < ROAMERS; a++) {
            account("roams-" + a, matter(1), k -> random.nextLong());
        }
        assertThat(marked(play(SIGNALS))).isEmpty();
    }

    @Test
    void disabledSignalFindsNoAccounts() {
        people(PEOPLE);
        roamers(0, 4000);
        assertThat(marked(play(
                        new SweepShape(), new TopicConcentration(), new UnderDispersion(), new ClientAndNetwork())))
                .isEmpty();
    }
}
