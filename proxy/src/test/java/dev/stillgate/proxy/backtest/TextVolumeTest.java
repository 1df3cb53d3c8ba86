package dev.stillgate.proxy.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Usage;
import org.junit.jupiter.api.Test;

class TextVolumeTest {
    @Test
    void markedAnswerIsMarkedInItsProseOnly() {
        Usage usage = usage(1_000, 200);
        assertThat(TextVolume.delivered(usage, facts(30, 60, 10), true)).isEqualTo(new TextVolume(0, 240, 760));
        assertThat(TextVolume.delivered(usage, facts(30, 60, 10), false)).isEqualTo(new TextVolume(0, 0, 1_000));
        assertThat(TextVolume.delivered(usage, ResponseFacts.NONE, true)).isEqualTo(new TextVolume(0, 0, 1_000));
        assertThat(TextVolume.delivered(usage(100, 400), facts(1, 0, 0), true))
                .as("more reasoning than output")
                .isEqualTo(new TextVolume(0, 0, 100));
        assertThat(TextVolume.delivered(usage(100, -1), facts(1, 0, 0), true)).isEqualTo(new TextVolume(0, 100, 0));
    }

    @Test
    void unknownUsageIsNoText() {
        assertThat(TextVolume.refused(Usage.NONE)).isEqualTo(TextVolume.NONE);
        assertThat(TextVolume.delivered(Usage.NONE, facts(5, 0, 0), true)).isEqualTo(TextVolume.NONE);
        assertThat(TextVolume.refused(usage(7, 0))).isEqualTo(new TextVolume(7, 0, 0));
    }

    private static Usage usage(long output, long reasoning) {
        return new Usage(Usage.Source.EXACT, 3, output, -1, -1, reasoning);
    }

    private static ResponseFacts facts(long prose, long code, long tool) {
        return new ResponseFacts() {
            @Override
            public long proseChars() {
                return prose;
            }

            @Override
            public long codeChars() {
                return code;
            }

            @Override
            public long toolChars() {
                return tool;
            }

            @Override
            public int hashCount() {
                return 0;
            }

            @Override
            public long hash(int index) {
                throw new IndexOutOfBoundsException(index);
            }
        };
    }
}
