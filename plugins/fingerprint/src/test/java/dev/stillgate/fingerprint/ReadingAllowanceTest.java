package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadingAllowanceTest {
    private static final long NOON = Duration.ofDays(20_000).toMillis();

    private final ReadingAllowance allowance = new ReadingAllowance();

    /** Sends prompts of 1,200 characters at equal distances; returns how many were read whole. */
    private int read(String account, long from, int prompts, double each) {
        int read = 0;
        for (int i = 0; i < prompts; i++) {
            long now = from + Math.round(i * each);
            if (allowance.allows(account, now)) {
                read++;
                allowance.charge(account, now, 1200);
            }
        }
        return read;
    }

    @Test
    void whoStaysBelowTheRateIsReadWhole() {
        int day = 4 * 24
                * 3600; // a prompt every quarter of a second is 4,800 a second: above it; every third of one, below
        assertThat(read("calm", NOON, day, 1000 / 3.0)).isEqualTo(day);
        assertThat(allowance.skimmed()).isZero();
    }

    @Test
    void aBurstIsReadWhole() {
        int most = ReadingAllowance.BURST / 1200;
        assertThat(read("burst", NOON, most, 0)).isEqualTo(most);
    }

    @Test
    void ofWhoSendsMuchWhatTheRateAllowsIsReadAndAnEighthOfTheRest() {
        read("customer", NOON, 1000, 1);
        int read = read("customer", NOON + 1000, 100_000, 10); // 120,000 characters a second for 1,000 seconds

        double allowed = 1000.0 * ReadingAllowance.RATE / 1200;
        assertThat(read).isBetween((int) (allowed * 0.97), (int) ((allowed + 100_000 / 8.0) * 1.03));
        assertThat(read).isGreaterThan(100_000 / 8);
        assertThat(allowance.skimmed()).isEqualTo(101_000 - read - (1000 - skimmedFirst()));
    }

    /** Of the first thousand in one second: the burst and what a second brings are read, of the rest an eighth. */
    private int skimmedFirst() {
        ReadingAllowance same = new ReadingAllowance();
        int skimmed = 0;
        for (int i = 0; i < 1000; i++) {
            if (same.allows("customer", NOON + i)) {
                same.charge("customer", NOON + i, 1200);
            } else {
                skimmed++;
            }
        }
        return skimmed;
    }

    @Test
    void nobodyBuysATimeInWhichNothingIsRead() {
        allowance.charge("junk", NOON, ReadingAllowance.BURST);
        allowance.charge("junk", NOON, 1 << 16);

        assertThat(read("junk", NOON, 80, 0)).isEqualTo(80 / ReadingAllowance.ONE_OF);
    }

    @Test
    void anotherAccountIsNotCharged() {
        read("customer", NOON, 10_000, 0);

        assertThat(read("neighbour", NOON, 100, 0)).isEqualTo(100);
    }

    @Test
    void anAllowanceComesBack() {
        read("customer", NOON, 10_000, 0);
        long later = NOON
                + Duration.ofSeconds(2 * ReadingAllowance.BURST / ReadingAllowance.RATE)
                        .toMillis();

        assertThat(read("customer", later, 100, 0)).isEqualTo(100);
    }

    @Test
    void aClockThatIsPutBackLeavesNobodyUnread() {
        read("customer", NOON, 10_000, 0);

        assertThat(read("customer", NOON - Duration.ofDays(3).toMillis(), 100, 0))
                .isEqualTo(100);
    }
}
