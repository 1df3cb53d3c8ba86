package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.capture.AllowPolicy;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.FactSettings;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.spi.PolicyException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FingerprintPolicyTest {
    private static void refused(String at, String message, ThrowingCallable policy) {
        assertThatThrownBy(policy)
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.at()).isEqualTo(at))
                .hasMessageContaining(message);
    }

    private static FingerprintPolicy signals(Map<String, Double> signals) {
        return Policies.with(fields -> fields.signals = signals);
    }

    @Test
    void unknownSignalIsRefusedWithTheKnownOnes() {
        refused("signals.elicitation", "no longer a signal", () -> signals(Map.of("elicitation", 1.0)));
        refused("signals.issued-context", "no longer a signal", () -> signals(Map.of("issued-context", 1.0)));
        refused("signals.claimed-client", "no longer a signal", () -> signals(Map.of("claimed-client", 0.0)));
        refused("signals.topic-concentration", "no longer a signal", () -> signals(Map.of("topic-concentration", 1.0)));
        refused("signals.interchangeability", "no longer a signal", () -> signals(Map.of("interchangeability", 0.0)));
        refused("signals.clocks", "expected one of template, ", () -> signals(Map.of("clocks", 1.0)));
        refused("signals.clock", "no longer a signal: remove signals.clock", () -> signals(Map.of("clock", 1.0)));
        refused("signals.people", "expected 0 to 10, found -1.0", () -> signals(Map.of("people", -1.0)));
        refused("signals.people", "expected 0 to 10, found NaN", () -> signals(Map.of("people", Double.NaN)));
    }

    @Test
    void signalOfWeightZeroIsOff() {
        AnalysisSettings settings = signals(Map.of("people", 0.0)).settings();
        assertThat(settings.signals())
                .map(Signal::name)
                .doesNotContain("people")
                .contains("template");
    }

    @Test
    void newcomersAreOffByDefault() {
        assertThat(Policies.DEFAULT.settings().review().newcomers()).isNull();
    }

    @Test
    void stepOfHiddenClustersHasBounds() {
        refused("hideStep", "expected 0.1 to 100.0, found 0.05", () -> new ReviewPolicy(null, null, null, 0.05));
        refused("hideStep", "found NaN", () -> new ReviewPolicy(null, null, null, Double.NaN));
        assertThat(Policies.DEFAULT.settings().review().hideStep()).isEqualTo(1);
        assertThat(Policies.with(fields -> fields.review = new ReviewPolicy(null, null, null, 2.5))
                        .settings()
                        .review()
                        .hideStep())
                .isEqualTo(2.5);
    }

    @Test
    void thresholdOfEvidenceHasBounds() {
        refused("marked", "expected 0.5 to 1000.0, found 0.1", () -> new LadderPolicy(0.1));
        refused("marked", "found NaN", () -> new LadderPolicy(Double.NaN));
        assertThat(Policies.DEFAULT.settings().marked()).isEqualTo(1.1);
        assertThat(Policies.with(fields -> fields.ladder = new LadderPolicy(8.0))
                        .settings()
                        .marked())
                .isEqualTo(8);
    }

    @Test
    void timesAndNumbersHaveBounds() {
        refused("expireAfter", "more than 0", () -> Policies.with(fields -> fields.expireAfter = Duration.ZERO));
        refused("regroup", "more than 0", () -> Policies.with(fields -> fields.regroup = Duration.ofSeconds(-1)));
        refused("ring", "expected 16 to ", () -> Policies.with(fields -> fields.ring = 15));
        refused("maxAccounts", "expected 100 to ", () -> Policies.with(fields -> fields.maxAccounts = 99));
        refused("samples", "expected 0 to 20, found 21", () -> Policies.sampling(21));
    }

    @Test
    void factsMustHaveNamesAndDecideOnlyWhereTheyLink() {
        refused(
                "link[1]",
                "expected the name of a fact, 1 to 40",
                () -> new FactPolicy(List.of("device", "E-Mail"), null));
        refused("decide[0]", "expected the name of a fact", () -> new FactPolicy(null, List.of("a".repeat(41))));
        refused("link[1]", "duplicate fact device", () -> new FactPolicy(List.of("device", "device"), null));
        refused(
                "decide[0]",
                "the fact payment decides, so link must name it too",
                () -> new FactPolicy(List.of("device"), List.of("payment")));
        refused(
                "link",
                "expected at most 64 facts, found 65",
                () -> new FactPolicy(
                        IntStream.range(0, 65).mapToObj(i -> "f" + i).toList(), null));

        FactSettings standard = Policies.DEFAULT.settings().facts();
        assertThat(standard.links("referrer")).isTrue();
        assertThat(standard.decide()).containsExactly("payment");
        FactSettings named = new FactPolicy(List.of("device"), null).settings();
        assertThat(named.links("payment")).isFalse();
        assertThat(named.decide()).as("the default decides only where it links").isEmpty();
        assertThat(new FactPolicy(null, List.of()).settings().decide()).isEmpty();
    }

    @Test
    void invalidAllowListEntryIsRefusedWithItsPosition() {
        refused(
                "systems[1]",
                "expected eight hex digits as reports show them, found DEADBEEF",
                () -> new AllowPolicy(List.of("deadbeef", "DEADBEEF"), null, null, null, null));
        refused(
                "networks[0]",
                "\"10.0.0.1/8\" is not a network: it has bits set after its prefix of 8",
                () -> new AllowPolicy(null, null, List.of("10.0.0.1/8"), null, null));
    }

    @Test
    void readmeListsEveryKeyAndSignal() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (RecordComponent key : FingerprintPolicy.class.getRecordComponents()) {
            assertThat(readme).contains("| `" + key.getName() + "` |");
        }
        AnalysisSettings settings = Policies.DEFAULT.settings();
        for (Signal signal : settings.signals()) {
            assertThat(readme)
                    .contains("| `" + signal.name() + "` | "
                            + signal.family().name().toLowerCase(Locale.ROOT) + " |");
        }
        assertThat(readme).contains("{marked: " + settings.marked() + "}");
    }
}
