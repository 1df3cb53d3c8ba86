package dev.stillgate.canary.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class StratumKeyTest {
    private static final String NAME = "stratum:2026-11:EU/2026-Q4";
    private static final MasterSecret MASTER =
            MasterSecret.of("sixteen bytes or more".getBytes(StandardCharsets.UTF_8));
    private static final Beacon BEACON = new Beacon("0123456789abcdef", "pulse 1 of a test");

    private static KeyDeriver deriver(int classes, Beacon beacon) {
        return new KeyDeriver(
                MASTER,
                new ClassSheet(
                        Collections.nCopies(classes, "x"),
                        DoubleStream.iterate(0.5, rate -> 0.55 - rate)
                                .limit(classes)
                                .toArray(),
                        new double[classes][64],
                        new byte[32],
                        new boolean[classes][2]),
                beacon);
    }

    private static CanaryKey global(CanaryKey key) {
        return Objects.requireNonNull(key.global());
    }

    @Test
    void cellsDeviateFromTheGlobalKeyAsOftenAsThePlanSays() {
        KeyDeriver deriver = deriver(500, null);
        CanaryKey stratum = deriver.key(NAME);
        CanaryKey other = deriver.key("stratum:2026-12:EU/2026-Q4");
        CanaryKey global = global(stratum);
        assertThat(global.name()).isEqualTo("global/2026-Q4");
        assertThat(global.commitment())
                .isEqualTo(deriver.key("global/2026-Q4").commitment())
                .isEqualTo(global(other).commitment());
        int product = 0;
        int shared = 0;
        int deviations = 0;
        int[] rare = new int[3];
        for (int k = 0; k < 500; k += 2) { // classes of even rates; the others have a rare form
            for (int b = 0; b < 64; b++) {
                assertThat(stratum.cellSign(k, b)).isEqualTo(global.cellSign(k, b) * stratum.deviation(k, b));
                assertThat(global.deviation(k, b)).isEqualTo(1);
                deviations += stratum.deviation(k, b) < 0 ? 1 : 0;
                product += stratum.cellSign(k, b) * global.cellSign(k, b);
                shared += stratum.deviation(k, b) * other.deviation(k, b);
                boolean selected = global.cellSign(k + 1, b) > 0;
                rare[0] += stratum.form(k + 1, b);
                rare[1] += selected && stratum.deviation(k + 1, b) < 0 ? 1 : 0;
                rare[2] += !selected && stratum.deviation(k + 1, b) < 0 ? 1 : 0;
            }
        }
        CanaryPlan plan = stratum.plan();
        assertThat(plan.deviates(0.5, 1)).isCloseTo(0.15, within(1e-4));
        assertThat(deviations / 16000.0).isCloseTo(0.15, within(0.01));
        assertThat(product / 16000.0).as("correlation").isCloseTo(0.7, within(0.02));
        assertThat(shared / 16000.0).as("independent deviations").isCloseTo(0.49, within(0.02));
        assertThat(rare[0] / 16000.0).as("rare forms").isCloseTo(0.25, within(0.01));
        assertThat(rare[1] / 4000.0).isCloseTo(plan.deviates(0.05, 1), within(0.02));
        assertThat(rare[2] / 12000.0).isCloseTo(plan.deviates(0.05, -1), within(0.01));
    }

    @Test
    void commitmentCoversTheGlobalKey() {
        CanaryKey stratum = deriver(2, null).key(NAME);
        List<byte[]> parts = stratum.committed();
        assertThat(parts).hasSize(4);
        assertThat(new String(parts.get(2), StandardCharsets.US_ASCII))
                .contains("version=5\n")
                .endsWith("redrawn=19661\n");
        assertThat(parts.get(3)).startsWith("global:".getBytes(StandardCharsets.US_ASCII));
        assertThat(parts.get(3)).endsWith(global(stratum).commitment());
        assertThat(stratum.commitment()).isEqualTo(Hkdf.sha256(parts));
    }

    @Test
    void plansOfStrataAndOfOtherKeysAreApart() {
        assertThat(KeyDeriver.plans(NAME)).containsExactly(CanaryPlan.STRATUM);
        assertThat(KeyDeriver.plans("c3/2026-Q4")).containsExactly(CanaryPlan.CURRENT);
        assertThat(new String(CanaryPlan.CURRENT.canonical(), StandardCharsets.US_ASCII))
                .doesNotContain("redrawn");
    }

    @Test
    void beaconChangesEveryKeyAndIsCommitted() {
        CanaryKey without = deriver(2, null).key("c3/2026-Q4");
        CanaryKey with = deriver(2, BEACON).key("c3/2026-Q4");
        CanaryKey later = deriver(2, new Beacon("0123456789abcdeX", "pulse 2")).key("c3/2026-Q4");
        assertThat(with.committed().getFirst())
                .isNotEqualTo(without.committed().getFirst())
                .isNotEqualTo(later.committed().getFirst());
        assertThat(with.committed().getLast()).isEqualTo("beacon:0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
        assertThat(without.committed()).hasSize(3);
        CanaryKey stratum = deriver(2, BEACON).key(NAME);
        assertThat(stratum.committed()).hasSize(5);
        assertThat(global(stratum).beacon()).isEqualTo(BEACON);
        assertThat(deriver(2, BEACON).id()).isNotEqualTo(deriver(2, null).id());
    }

    @Test
    void secretOfAnEpochIsNoKey() {
        EpochSecret secret = deriver(1, null).secret("2026-Q4");
        assertThat(secret.name()).isEqualTo("secret/2026-Q4");
        assertThat(secret.commitment())
                .isEqualTo(Hkdf.sha256(secret.committed()))
                .isNotEqualTo(deriver(1, null).secret("2027-Q1").commitment());
        assertThat(secret.committed().getFirst()).hasSize(32);
        assertThatThrownBy(() -> deriver(1, null).key("secret/2026-Q4")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void groupCannotTakeANameOfAnotherKind() {
        for (String group : List.of("global", "secret", "stratum:2026-11", "account:a-1")) {
            assertThat(KeyNames.ofGroup(group, "2026-Q4"))
                    .as(group)
                    .startsWith("sha256:")
                    .endsWith("/2026-Q4");
        }
    }
}
