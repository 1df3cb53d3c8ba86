package dev.stillgate.fingerprint.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.capture.Observation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JoinTraitTest {
    @Test
    void everyTraitHasAColumn() {
        assertThat(JoinTrait.values()).hasSize(JoinTrait.COUNT);
    }

    @Test
    void valuesFitInThreeBytes() {
        Observation seen = Seen.prompt("a", Seen.START);
        seen.model = "m";
        seen.asn = 64496;
        seen.maxTokens = 0;
        seen.temperature = 0;
        Arrays.fill(seen.prompt.sketch, -1);
        for (JoinTrait trait : JoinTrait.values()) {
            assertThat(trait.of(seen, seen.prompt)).isBetween(0, (1 << 24) - 1);
        }
        assertThat(JoinTrait.MAX_TOKENS.of(seen, seen.prompt)).isNotEqualTo(JoinTrait.UNKNOWN);
        assertThat(JoinTrait.TEMPERATURE.of(seen, seen.prompt)).isNotIn(JoinTrait.UNKNOWN, JoinTrait.NONE);
    }

    @Test
    void absentPartOfAReadPromptIsKnown() {
        Observation seen = Seen.prompt("a", Seen.START);
        assertThat(JoinTrait.SYSTEM.of(seen, seen.prompt)).isEqualTo(JoinTrait.NONE);
        seen.prompt.withoutText();
        assertThat(JoinTrait.SYSTEM.of(seen, seen.prompt)).as("not read").isEqualTo(JoinTrait.UNKNOWN);
        assertThat(JoinTrait.LENGTH.of(seen, seen.prompt)).isEqualTo(JoinTrait.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void pathNamesTheDialect(Dialect dialect) {
        Observation seen = Seen.prompt("a", Seen.START);
        seen.dialect = dialect;
        assertThat(JoinTrait.dialect(JoinTrait.PATH.of(seen, seen.prompt))).isEqualTo(dialect);
    }
}
