package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CapitalRestorerTest {
    @Test
    void capitalsReturnAtSentenceStarts() {
        assertThat(CapitalRestorer.restored(
                        "here is what i think, and i'm sure of it. it is good! is it? 1. in it\n- **for** i.e. then"))
                .isEqualTo(
                        "Here is what I think, and I'm sure of it. It is good! Is it? 1. In it\n- **For** i.e. Then");
    }

    @Test
    void textsWithCapitalsAndShortTextsAreUnchanged() {
        String one = "here is what Anna thinks of all this. it is good, and it is what others think as well.";
        assertThat(CapitalRestorer.restored(one)).isSameAs(one);
        assertThat(CapitalRestorer.restored("here it is. it is.")).isEqualTo("here it is. it is.");
    }
}
