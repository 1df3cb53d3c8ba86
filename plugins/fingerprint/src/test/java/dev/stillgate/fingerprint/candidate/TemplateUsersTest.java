package dev.stillgate.fingerprint.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TemplateUsersTest {
    private final TemplateUsers templates = new TemplateUsers();

    private void begins(int account, long system, long opening) {
        Observation seen = Seen.prompt("a", Seen.START);
        seen.prompt.system = system << 40;
        seen.prompt.opening = opening << 40;
        templates.observe(account, seen, seen.prompt);
    }

    @Test
    void repeatedlyUsedTemplateIsSharedHoweverSmallItsShare() {
        for (int account = 0; account < 40; account++) {
            for (int k = 0; k < 30; k++) {
                begins(account, 1000 + 100L * account + k, 0); // of its own
            }
            begins(account, 6, 0);
            begins(account, 8, 0);
        }
        assertThat(templates.shared()).isEmpty();
        IntStream.range(5, 30).forEach(account -> begins(account, 6, 0));
        IntStream.range(0, 11).forEach(account -> begins(account, 8, 0));
        assertThat(templates.shared()).singleElement().satisfies(cohort -> {
            assertThat(cohort.key()).isEqualTo(SharedKey.SYSTEM);
            assertThat(cohort.value()).isEqualTo(Observation.kept(6L << 40));
            assertThat(cohort.members()).containsExactly(IntStream.range(5, 30).toArray());
        });
    }

    /** An account with one system prompt is compared by that prompt, and not by its common part. */
    @Test
    void commonPartCountsForVaryingSystemPromptsOnly() {
        for (int account = 0; account < 40; account++) {
            for (int k = 0; k < 3; k++) {
                Observation seen = Seen.prompt("a", Seen.START);
                seen.prompt.system = (account * 8L + (account < 20 ? 0 : k)) << 42 | (account < 20 ? 0 : 512L * k);
                seen.prompt.systemShingle = 9L << 40;
                templates.observe(account, seen, seen.prompt);
            }
        }
        assertThat(templates.shared()).singleElement().satisfies(cohort -> {
            assertThat(cohort.key()).isEqualTo(SharedKey.SYSTEM_LIKE);
            assertThat(cohort.members()).containsExactly(IntStream.range(20, 40).toArray());
        });
    }

    @Test
    void keysAreSeparate() {
        for (int account = 0; account < 12; account++) {
            begins(account, 6, 0);
            begins(account, 0, 6);
        }
        assertThat(templates.shared()).isEmpty();
    }

    @Test
    void forgottenAccountIsRemoved() {
        for (int account = 0; account < 20; account++) {
            begins(account, 6, 0);
            begins(account, 6, 0);
        }
        templates.forget(7, 3);
        assertThat(templates.shared())
                .singleElement()
                .satisfies(cohort -> assertThat(cohort.members()).hasSize(18).doesNotContain(3, 7));
        begins(3, 6, 0);
        begins(3, 6, 0);
        assertThat(templates.shared().getFirst().members()).hasSize(19).contains(3);
    }

    @Test
    void oldestTemplatesAreEvicted() {
        for (int account = 0; account < 12; account++) {
            begins(account, 6, 0);
            begins(account, 6, 0);
            begins(account, 8, 0);
            begins(account, 8, 0);
        }
        for (int k = 0; k < 70_000; k++) {
            begins(1, 100_000L + 2 * k, 0);
            begins(0, 8, 0);
        }
        assertThat(templates.shared())
                .singleElement()
                .satisfies(left -> assertThat(left.value()).isEqualTo(Observation.kept(8L << 40)));
    }

    @Test
    void usersOfATemplateAreBounded() {
        for (int account = 0; account < 3000; account++) {
            begins(account, 6, 0);
            begins(account, 6, 0);
        }
        assertThat(templates.shared())
                .singleElement()
                .satisfies(cohort -> assertThat(cohort.members()).hasSize(1000));
    }
}
