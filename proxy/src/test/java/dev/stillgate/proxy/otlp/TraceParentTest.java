package dev.stillgate.proxy.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void theFieldIsTakenApart() {
        assertThat(TraceParent.of("00-" + TRACE + "-" + SPAN + "-01")).isEqualTo(new TraceParent(TRACE, SPAN, true));
        assertThat(TraceParent.of("00-" + TRACE + "-" + SPAN + "-00")).isEqualTo(new TraceParent(TRACE, SPAN, false));
        assertThat(TraceParent.of("00-" + TRACE + "-" + SPAN + "-03"))
                .as("with a flag of level 2")
                .isEqualTo(new TraceParent(TRACE, SPAN, true));
        assertThat(TraceParent.of("cc-" + TRACE + "-" + SPAN + "-01-what-comes-later"))
                .as("of a later version")
                .isEqualTo(new TraceParent(TRACE, SPAN, true));
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "00",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
                "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-001"
            })
    void whatIsNoneIsNone(String field) {
        assertThat(TraceParent.of(field)).isNull();
    }

    @Test
    void aShareOfTracesIsTheSameEverywhere() {
        TraceParent low = new TraceParent("ffffffffffffffff" + "0000000000000001", SPAN, true);
        TraceParent middle = new TraceParent("0000000000000001" + "4000000000000000", SPAN, true);
        TraceParent high = new TraceParent("0000000000000001" + "ffffffffffffffff", SPAN, true);
        assertThat(low.isWithin(0.0001)).isTrue();
        assertThat(middle.isWithin(0.49)).isFalse();
        assertThat(middle.isWithin(0.51)).isTrue();
        assertThat(high.isWithin(0.99)).isFalse();
        assertThat(high.isWithin(1)).isTrue();
        assertThat(low.isWithin(0)).isFalse();
    }
}
