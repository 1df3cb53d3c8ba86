package dev.stillgate.fingerprint.likeness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Dialect;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StrataTest {
    private static Subject in(Stratum stratum) {
        return new Subject(0, new Population.Values(0, 0), stratum, null);
    }

    @Test
    void useIsThatOfToolsThenOfCode() {
        assertThat(Use.of(new Population.Values(0.3, 0.9))).isEqualTo(Use.AGENT);
        assertThat(Use.of(new Population.Values(0.29, 0.3))).isEqualTo(Use.CODE);
        assertThat(Use.of(new Population.Values(0.29, 0.29))).isEqualTo(Use.CHAT);
    }

    @Test
    void namesShowTierDialectAndUse() {
        assertThat(new Stratum("free", Dialect.CHAT_COMPLETIONS, Use.AGENT)).hasToString("free/chat-completions/agent");
        assertThat(Stratum.of(null, Dialect.OTHER, new Population.Values(0, 0))).hasToString("-/other/chat");
    }

    @Test
    void rareStrataAreMerged() {
        List<Subject> accounts = new ArrayList<>();
        for (int tier = 0; tier < 100; tier++) {
            for (int k = 0; k <= tier; k++) {
                accounts.add(in(new Stratum("tier-" + tier, Dialect.MESSAGES, Use.CHAT)));
            }
        }
        Strata strata = Strata.of(accounts);
        assertThat(strata.size()).isEqualTo(Strata.MOST);
        assertThat(strata.name(0)).isEqualTo("tier-99/messages/chat");
        assertThat(strata.index(new Stratum("tier-69", Dialect.MESSAGES, Use.CHAT)))
                .isEqualTo(30);
        assertThat(strata.name(strata.index(new Stratum("tier-68", Dialect.MESSAGES, Use.CHAT))))
                .isEqualTo("others");
        assertThat(strata.name(strata.index(new Stratum("unknown", Dialect.MESSAGES, Use.CHAT))))
                .isEqualTo("others");
    }
}
