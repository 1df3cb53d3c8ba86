package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeenSentencesTest {
    private static boolean isNew(SeenSentences repeats, String text) {
        return repeats.isNew(text, 0, text.length());
    }

    @Test
    void caseAndSpacesDoNotMakeASentenceNew() {
        SeenSentences repeats = new SeenSentences(10);

        assertThat(isNew(repeats, "It is so.")).isTrue();
        assertThat(isNew(repeats, " it  IS\nso. ")).isFalse();
        assertThat(isNew(repeats, "It isn't so.")).isTrue();
        assertThat(isNew(repeats, "Itis so.")).isTrue();
    }

    @Test
    void setStopsGrowingAtItsLimit() {
        SeenSentences repeats = new SeenSentences(10_000);
        for (int i = 0; i < 10_000; i++) {
            assertThat(repeats.isFull()).isFalse();
            assertThat(isNew(repeats, "sentence " + i)).isTrue();
        }
        for (int i = 0; i < 10_000; i++) {
            assertThat(isNew(repeats, "sentence " + i)).isFalse();
        }

        assertThat(repeats.isFull()).isTrue();
        assertThat(isNew(repeats, "another one")).isFalse();
    }
}
