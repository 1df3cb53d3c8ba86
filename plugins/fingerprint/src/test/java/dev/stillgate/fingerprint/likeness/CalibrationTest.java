package dev.stillgate.fingerprint.likeness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.signal.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CalibrationTest {
    private static final Stratum CHAT = new Stratum("free", Dialect.MESSAGES, Use.CHAT);
    private static final Stratum AGENT = new Stratum("free", Dialect.MESSAGES, Use.AGENT);
    private final List<CalibratedAccount> accounts = new ArrayList<>();

    private CalibrationTest add(Stratum stratum, ReferenceKind kind, int count, int marked, int tightened) {
        for (int i = 0; i < count; i++) {
            accounts.add(new CalibratedAccount(stratum, kind, i < marked, i < tightened));
        }
        return this;
    }

    private Calibration calibration() {
        Strata strata = Strata.of(accounts.stream()
                .map(account -> new Subject(0, new Population.Values(0, 0), account.stratum(), null))
                .toList());
        return Calibration.of(strata, accounts, Promise.DEFAULT);
    }

    @Test
    void sharesAreThoseOfReferencesAndOthers() {
        add(CHAT, null, 3000, 100, 40)
                .add(CHAT, ReferenceKind.VERIFIED, 900, 3, 1)
                .add(CHAT, ReferenceKind.NEWCOMER, 100, 0, 0);
        StratumCalibration chat = calibration().strata().getFirst();
        assertThat(chat.stratum()).isEqualTo("free/messages/chat");
        assertThat(chat.accounts()).isEqualTo(3000);
        assertThat(chat.tightened()).isEqualTo(new ObservedShare(40, 3000));
        assertThat(chat.tightenedReferences()).isEqualTo(new ObservedShare(1, 1000));
        assertThat(chat.tightenedByKind())
                .containsOnlyKeys(ReferenceKind.VERIFIED, ReferenceKind.NEWCOMER)
                .containsEntry(ReferenceKind.NEWCOMER, new ObservedShare(0, 100));
        assertThat(chat.promised()).isEqualTo(0.001);
        assertThat(chat.leastP()).isEqualTo(1 / 1001.0);
        assertThat(chat.falseDiscoveries()).isCloseTo(0.003 / (100 / 3000.0), within(1e-12));
        assertThat(chat.mayTighten()).as("2 of 1,001").isFalse();
    }

    @Test
    void stratumIsTightenedWhereReferencesKeepThePromise() {
        add(CHAT, null, 100, 0, 0)
                .add(CHAT, ReferenceKind.VERIFIED, 1999, 1, 1)
                .add(AGENT, null, 50, 0, 0)
                .add(AGENT, ReferenceKind.VERIFIED, 998, 0, 0);
        Calibration calibration = calibration();
        assertThat(calibration.mayTighten(CHAT)).as("2 of 2,000").isTrue();
        assertThat(calibration.mayTighten(AGENT)).as("1 of 999").isFalse();
        assertThat(Calibration.NONE.mayTighten(CHAT)).isFalse();
        assertThat(Calibration.NONE.lostSince(calibration)).containsExactly("free/messages/chat");
        assertThat(calibration.lostSince(calibration)).isEmpty();
    }

    @Test
    void newcomersAloneCanPreventTightening() {
        add(CHAT, ReferenceKind.VERIFIED, 20_000, 5, 5);
        assertThat(calibration().mayTighten(CHAT)).isTrue();
        add(CHAT, ReferenceKind.NEWCOMER, 40, 1, 1);
        assertThat(calibration().mayTighten(CHAT)).isFalse();
    }

    @Test
    void stratumWithoutReferencesHasNoObservation() {
        add(CHAT, null, 10, 2, 1);
        StratumCalibration chat = calibration().strata().getFirst();
        assertThat(chat.leastP()).isEqualTo(1);
        assertThat(chat.falseDiscoveries()).isNaN();
        assertThat(chat.tightenedReferences().lower()).isZero();
        assertThat(chat.tightenedReferences().upper()).isEqualTo(1);
        assertThat(chat.mayTighten()).isFalse();
    }
}
