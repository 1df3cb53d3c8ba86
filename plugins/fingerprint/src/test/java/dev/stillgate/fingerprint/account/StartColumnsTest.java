package dev.stillgate.fingerprint.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.join.FirstStarts;
import dev.stillgate.fingerprint.join.JoinTrait;
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

    @Test
    void firstKnownValueOfEachTraitIsKeptWithItsStart() {
        start("other", 9, 9);
        start("a", 3, 0);
        start("a", 5, 7);
        start("a", 7, 11);
        assertThat(of("a").count()).isEqualTo(3);
        assertThat(of("a").value(JoinTrait.CLIENT)).isEqualTo(3);
        assertThat(of("a").value(JoinTrait.JA4)).isEqualTo(7);
        assertThat(of("a").known()[JoinTrait.CLIENT.place()]).isEqualTo((byte) 1);
        assertThat(of("a").known()[JoinTrait.JA4.place()]).isEqualTo((byte) 2);
        assertThat(of("other").value(JoinTrait.JA4)).isEqualTo(9);
    }

    @Test
    void startsAfterTheEighthDoNotCount() {
        for (int k = 0; k < FirstStarts.MOST; k++) {
            assertThat(start("a", 3, 0)).isTrue();
        }
        assertThat(start("a", 3, 5)).isFalse();
        assertThat(of("a").isComplete()).isTrue();
        assertThat(of("a").value(JoinTrait.JA4)).isEqualTo(JoinTrait.UNKNOWN);
    }

    @Test
    void restartForgetsTheValuesOfOneAccount() {
        start("other", 9, 9);
        start("a", 3, 5);
        table.starts().restart(table.index().find("a"));
        assertThat(of("a").count()).isZero();
        start("a", 7, 0);
        assertThat(of("a").value(JoinTrait.CLIENT)).isEqualTo(7);
        assertThat(of("a").value(JoinTrait.JA4)).isEqualTo(JoinTrait.UNKNOWN);
        assertThat(of("other").value(JoinTrait.CLIENT)).isEqualTo(9);
    }
}
