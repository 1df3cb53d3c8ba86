package dev.stillgate.fingerprint.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** People whom accounts name. */
class PeopleTableTest {
    private static final int DAY = 86_400;

    private final PeopleTable table = new PeopleTable();
    private final Random random = new Random(1);

    private void people(int account, int count, int second) {
        for (int i = 0; i < count; i++) {
            table.observe(account, random.nextLong(), second);
        }
    }

    private static long[] hashes(PeopleTable table, int account) {
        return Objects.requireNonNull(table.recent(DAY).get(account)).hashes().toArray();
    }

    private PeopleTable restored(boolean sameKey, int accounts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.write(new DataOutputStream(bytes));
        PeopleTable copy = new PeopleTable();
        copy.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), accounts, sameKey);
        return copy;
    }

    @Test
    void fewPeopleAreCountedAndManyEstimated() {
        people(1, 7, DAY);
        people(2, 4000, DAY);
        assertThat(table.count(1)).isEqualTo(7);
        assertThat((double) table.count(2)).isCloseTo(4000, within(1500.0));
        assertThat(table.count(3)).isZero();
    }

    @Test
    void personIsForgottenFourteenDaysAfterTheLastRequest() {
        table.observe(1, 4, DAY);
        table.observe(1, 8, 10 * DAY);
        table.observe(2, 4, DAY);
        assertThat(table.recent(15 * DAY + 1)).containsOnlyKeys(1);
        assertThat(table.count(1)).isEqualTo(1);
    }

    @Test
    void accountsWithTheSameManyPeopleKeepTheSameOnes() {
        for (int i = 0; i < 500; i++) {
            long person = random.nextLong();
            table.observe(1, person, DAY);
            table.observe(2, person, DAY);
        }
        assertThat(hashes(table, 1))
                .isEqualTo(hashes(table, 2))
                .hasSize(PeopleTable.MOST)
                .isSorted();
    }

    @Test
    void peopleSurviveARestartUnderTheSameKey() throws IOException {
        people(1, 40, DAY);
        people(4, 2, DAY);
        PeopleTable restored = restored(true, 5);
        assertThat(hashes(restored, 1)).isEqualTo(hashes(table, 1)).hasSize(PeopleTable.MOST);
        assertThat(hashes(restored, 4)).isEqualTo(hashes(table, 4));
        assertThat(restored(false, 5).recent(DAY)).isEmpty();
        assertThatThrownBy(() -> restored(true, 4)).isInstanceOf(IOException.class);
    }

    @Test
    void forgottenAccountHasNoPeople() {
        people(1, 3, DAY);
        people(2, 3, DAY);
        table.forget(1);
        assertThat(table.count(1)).isZero();
        assertThat(table.count(2)).isEqualTo(3);
    }
}
