package dev.stillgate.fingerprint.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.join.FirstStarts;
import dev.stillgate.fingerprint.join.JoinTrait;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartColumnsTest {
    private final AccountTable table = new AccountTable();

    private boolean start(String account, long client, long ja4) {
        Observation seen = Seen.prompt(account, Seen.START);
        seen.client = client << 40;
        seen.ja4 = ja4 << 40;
        return table.starts().add(table.observe(seen, true), seen, seen.prompt);
    }

    private FirstStarts of(String account) {
        return table.starts().of(table.index().find(account));
    }

    private List<Integer> values(String account, JoinTrait trait) {
        return of(account).rows().stream().map(row -> row[trait.place()]).toList();
    }

    @Test
    void valuesOfEachStartAreKeptAndAnUnknownOneIsThatOfTheStartBefore() {
        start("other", 9, 9);
        start("a", 3, 0);
        start("a", 5, 7);
        start("a", 3, 7);
        start("a", 0, 0);
        assertThat(of("a").count()).isEqualTo(4);
        assertThat(values("a", JoinTrait.CLIENT)).containsExactly(3, 5, 3, 3);
        assertThat(values("a", JoinTrait.JA4)).containsExactly(JoinTrait.UNKNOWN, 7, 7, 7);
        assertThat(values("other", JoinTrait.JA4)).containsExactly(9);
    }

    @Test
    void startsSurviveAFileAndInvalidOnesAreRefused() throws IOException {
        start("a", 3, 0);
        start("a", 3, 7);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        StartColumns.write(new DataOutputStream(file), of("a"));
        int[] changes = of("a").changes();
        assertThat(read(file.toByteArray()).changes()).isEqualTo(changes);
        for (int k = 0; k < changes.length; k++) {
            int[] damaged = changes.clone();
            damaged[k] += 1 << 30; // two starts later
            assertThat(new FirstStarts(damaged).isValid()).as("change %d", k).isFalse();
        }
        assertThat(new FirstStarts(new int[] {changes[0], changes[1], changes[1]}).isValid())
                .isFalse();
        assertThat(new FirstStarts(new int[] {changes[1]}).isValid()).isFalse();
        file.reset();
        StartColumns.write(new DataOutputStream(file), new FirstStarts(new int[] {3}));
        assertThatThrownBy(() -> read(file.toByteArray())).hasMessageContaining("damaged");
    }

    private static FirstStarts read(byte[] file) throws IOException {
        return StartColumns.read(new DataInputStream(new ByteArrayInputStream(file)));
    }

    @Test
    void startsAfterTheEighthDoNotCount() {
        for (int k = 0; k < FirstStarts.MOST; k++) {
            assertThat(start("a", 3, 0)).isTrue();
        }
        assertThat(start("a", 3, 5)).isFalse();
        assertThat(of("a").isComplete()).isTrue();
        assertThat(values("a", JoinTrait.JA4)).hasSize(FirstStarts.MOST).containsOnly(JoinTrait.UNKNOWN);
    }

    @Test
    void restartForgetsTheValuesOfOneAccount() {
        start("other", 9, 9);
        start("a", 3, 5);
        table.starts().restart(table.index().find("a"));
        assertThat(of("a").count()).isZero();
        start("a", 7, 0);
        assertThat(values("a", JoinTrait.CLIENT)).containsExactly(7);
        assertThat(values("a", JoinTrait.JA4)).containsExactly(JoinTrait.UNKNOWN);
        assertThat(values("other", JoinTrait.CLIENT)).containsExactly(9);
    }
}
