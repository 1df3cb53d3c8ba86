package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whether a group works in one place is known from the network that each of its accounts is in the most. */
final class OfficeCheckTest {
    private static final int MEMBERS = 50;

    private final Random random = new Random(4);
    private final OfficeCheck roof = new OfficeCheck(MEMBERS);

    /** Lets some members be mostly in an office of two networks, and the others each somewhere else. */
    private boolean isOne(int office) {
        for (int k = 0; k < 40 * MEMBERS; k++) {
            int member = k % MEMBERS;
            boolean there = member < office && random.nextDouble() < 0.8;
            roof.add(member, there ? member % 2 : random.nextLong());
        }
        return roof.isOne(IntStream.range(0, MEMBERS).toArray());
    }

    @Test
    void mostInTwoNetworksAreAnOffice() {
        assertThat(isOne(34)).isTrue();
        assertThat(roof.isOne(IntStream.range(30, MEMBERS).toArray()))
                .as("those of whom most are elsewhere")
                .isFalse();
    }

    @Test
    void neitherAreStrangers() {
        assertThat(isOne(0)).isFalse();
    }

    /** Lets some members be in an office, and the others each at home, or in groups of five. */
    private boolean isOneBeside(int office, int together) {
        for (int k = 0; k < 10 * MEMBERS; k++) {
            int member = k % MEMBERS;
            roof.add(member, member < office ? 0 : 1 + (member - office) / together);
        }
        return roof.isOne(IntStream.range(0, MEMBERS).toArray());
    }

    @Test
    void aFirmSomeOfWhosePeopleAreAtHomeIsAnOffice() {
        assertThat(isOneBeside(20, 1)).isTrue();
    }

    @Test
    void aFewBesideHomesAreNone() {
        assertThat(isOneBeside(14, 1)).isFalse();
    }

    @Test
    void serversBesideOthersAreNone() {
        assertThat(isOneBeside(20, 5)).isFalse();
    }

    @Test
    void fourServersAreNone() {
        for (int k = 0; k < 40 * MEMBERS; k++) {
            roof.add(k % MEMBERS, k % MEMBERS % 4);
        }
        assertThat(roof.isOne(IntStream.range(0, MEMBERS).toArray())).isFalse();
    }

    @Test
    void whoJoinsChangesNothingForTheOthers() {
        assertThat(isOne(MEMBERS)).isTrue();
        roof.grow(
                2 * MEMBERS,
                IntStream.range(0, MEMBERS).map(member -> 2 * member).toArray());
        assertThat(roof.isOne(
                        IntStream.range(0, MEMBERS).map(member -> 2 * member).toArray()))
                .isTrue();
    }
}
