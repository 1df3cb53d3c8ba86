package dev.stillgate.proxy.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.policy.PolicyGeneration.PolicyChange;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits of the policy history. */
class PolicyHistoryTest {
    private static final Path FILE = Path.of("policy.yaml");

    private final PolicyHistory history = new PolicyHistory(null);

    private PolicyGeneration generation(String text) {
        PolicyLoader.Loaded loaded = new PolicyLoader.Loaded(
                new Policy(1, List.of(), List.of(), Policy.AccountsPolicy.defaults(), List.of()),
                FILE,
                text,
                text,
                new ConfigNode.Mapping(Position.of(FILE), List.of()));
        long number = history.next();
        return new PolicyGeneration(number, 0, PolicyChange.of("test"), loaded, Map.of(), List.of(), number);
    }

    private List<Long> numbers() {
        return history.all().stream().map(PolicyGeneration::number).toList();
    }

    @Test
    void tenGenerationsAreKept() {
        for (int i = 0; i < 15; i++) {
            history.add(generation("text " + i));
        }
        assertThat(numbers()).containsExactly(15L, 14L, 13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L);
        assertThat(history.current().number()).isEqualTo(15);
    }

    @Test
    void generationsOfOneTextAreDroppedBeforeOtherTexts() {
        history.add(generation("first"));
        for (int i = 0; i < 30; i++) {
            history.add(generation("second"));
        }
        history.add(generation("third"));
        assertThat(numbers()).containsExactly(32L, 31L, 30L, 29L, 28L, 27L, 26L, 25L, 2L, 1L);
    }
}
