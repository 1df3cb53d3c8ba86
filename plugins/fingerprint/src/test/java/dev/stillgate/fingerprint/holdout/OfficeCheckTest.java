package dev.stillgate.fingerprint.holdout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OfficeCheckTest {
    private static final int MEMBERS = 50;

    private final Random random = new Random(4);
    private final OfficeCheck check = new OfficeCheck(MEMBERS);

    /** Puts some members mostly into an office of two networks, and the others anywhere. */
    private boolean isOne(int office) {
        for (int k = 0; k < 40 * MEMBERS; k++) {
            int member = k % MEMBERS;
            boolean there = member < office && random.nextDouble() < 0.8;
            check.add(member, there ? member % 2 : random.nextLong());
        }
        return check.isOffice(IntStream.range(0, MEMBERS).toArray());
    }

    @Test
    void twoNetworksAreAnOffice() {
        assertThat(isOne(34)).isTrue();
        assertThat(check.isOffice(IntStream.range(30, MEMBERS).toArray()))
                .as("members who are mostly elsewhere")
                .isFalse();
    }

    @Test
    void scatteredAccountsAreNoOffice() {
        assertThat(isOne(0)).isFalse();
    }

    /** Puts some members into an office, and the others at home or in networks of several members. */
    private boolean isOneBeside(int office, int together) {
        for (int k = 0; k < 10 * MEMBERS; k++) {
            int member = k % MEMBERS;
            check.add(member, member < office ? 0 : 1 + (member - office) / together);
        }
        return check.isOffice(IntStream.range(0, MEMBERS).toArray());
    }

    @Test
    void officeWithSomeAtHomeIsAnOffice() {
        assertThat(isOneBeside(20, 1)).isTrue();
    }

    @Test
    void fewBesideHomesAreNoOffice() {
        assertThat(isOneBeside(14, 1)).isFalse();
    }

    @Test
    void serversBesideOthersAreNoOffice() {
        assertThat(isOneBeside(20, 5)).isFalse();
    }

    @Test
    void fourServersAreNoOffice() {
        for (int k = 0; k < 40 * MEMBERS; k++) {
            check.add(k % MEMBERS, k % MEMBERS % 4);
        }
        assertThat(check.isOffice(IntStream.range(0, MEMBERS).toArray())).isFalse();
    }

    @Test
    void votesAreKeptWhenOthersJoin() {
        assertThat(isOne(MEMBERS)).isTrue();
        check.grow(
                2 * MEMBERS,
                IntStream.range(0, MEMBERS).map(member -> 2 * member).toArray());
        assertThat(check.isOffice(
                        IntStream.range(0, MEMBERS).map(member -> 2 * member).toArray()))
                .isTrue();
    }
}
