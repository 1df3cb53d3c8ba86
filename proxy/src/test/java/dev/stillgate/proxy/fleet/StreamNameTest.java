package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.fleet.StreamWriter.StreamName;
import org.junit.jupiter.api.Test;

final class StreamNameTest {
    private final StreamName feed = new StreamName("feed", StreamFeed.LENGTH);

    @Test
    void lengthIsLimitedByCountAndByBytes() {
        assertThat(feed.lengthFor(0)).isEqualTo(StreamFeed.LENGTH);
        assertThat(feed.lengthFor(500)).isEqualTo(StreamFeed.LENGTH);
        for (int bytes = 1000; bytes <= StreamFeed.LARGEST_RECORD; bytes += 1000) {
            assertThat((long) feed.lengthFor(bytes) * bytes).isBetween(63L << 20, 64L << 20);
        }
    }
}
