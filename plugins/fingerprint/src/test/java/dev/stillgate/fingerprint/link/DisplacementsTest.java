package dev.stillgate.fingerprint.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory and scope of displaced conversations; the links are tested with the analysis. */
class DisplacementsTest {
    private static final long SECOND = 1000;

    private final Displacements displacements = new Displacements();

    /** Observes a first turn of an account. */
    private void turn(int account, int text, long second, boolean answered, int turns) {
        Observation seen = new Observation();
        seen.start = second * SECOND;
        seen.answered = answered;
        PromptFeatures prompt = new PromptFeatures();
        prompt.sketch[0] = text;
        prompt.assistantTurns = turns;
        displacements.observe(account, seen, prompt);
    }

    private List<LinkedGroup> groups() {
        return displacements.groups(new Population(each -> each == 0, each -> each == 0, each -> 0), each -> each > 0);
    }

    @Test
    void memoryIsBoundedAlsoIfAllRequestsOfAMomentAreRefused() {
        for (int text = 1; text <= 3 * Displacements.MOST; text++) {
            turn(text % 1000, text, 1, false, 0);
        }
        assertThat(displacements.remembered()).isLessThanOrEqualTo(2 * Displacements.MOST);
        turn(1, 1, 10_000, true, 0);
        assertThat(displacements.remembered()).as("all trials are decided").isLessThanOrEqualTo(Displacements.MOST);
    }

    @Test
    void onlyFirstTurnsWithinTheWindowCount() {
        for (int text = 1; text <= 700; text++) {
            turn(0, text, text, false, 0);
        }
        for (int i = 0; i < 300; i++) {
            int second = 2000 + 10 * i;
            turn(1 + i % 4, 10_000 + i, second, false, 0);
            turn(1 + (i + 1) % 4, 10_000 + i, second + 1, true, 2);
            turn(1 + (i + 1) % 4, 10_000 + i, second + Displacements.WINDOW + 1, true, 0);
        }
        turn(9, 99_999, 100_000, true, 0);
        assertThat(groups()).isEmpty();
        for (int i = 0; i < 300; i++) {
            int second = 200_000 + 10 * i;
            turn(1 + i % 4, 20_000 + i, second, false, 0);
            turn(1 + (i + 1) % 4, 20_000 + i, second + Displacements.WINDOW, true, 0);
        }
        turn(9, 99_998, 300_000, true, 0);
        assertThat(groups())
                .singleElement()
                .satisfies(group -> assertThat(group.accounts()).containsExactly(1, 2, 3, 4));
    }
}
