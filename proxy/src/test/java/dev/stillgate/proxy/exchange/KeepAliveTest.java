package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests when comments are sent, with seconds in place of nanoseconds. */
class KeepAliveTest {
    private final List<String> sent = new ArrayList<>();
    private boolean between = true;
    private final KeepAlive comments = new KeepAlive(this::comment, 15, 100);

    private boolean comment(byte[] comment, boolean atChunkBoundary) {
        if (between && atChunkBoundary) {
            sent.add(new String(comment, StandardCharsets.US_ASCII));
            return true;
        }
        return false;
    }

    @Test
    void commentIsSentAfterEachIntervalOfSilence() {
        assertThat(comments.onTick(100, 100, true)).isEqualTo(15);
        assertThat(comments.onTick(114, 100, true)).isEqualTo(1);
        assertThat(sent).isEmpty();
        assertThat(comments.onTick(115, 100, true)).isEqualTo(15);
        assertThat(sent).containsExactly(": keep-alive\n\n");
        assertThat(comments.onTick(129, 100, true)).isEqualTo(1);
        assertThat(comments.onTick(131, 100, true)).isEqualTo(15);
        assertThat(sent).hasSize(2);
    }

    @Test
    void readRestartsTheInterval() {
        assertThat(comments.onTick(114, 110, true)).isEqualTo(11);
        assertThat(comments.onTick(124, 112, true)).isEqualTo(3);
        assertThat(sent).isEmpty();
        comments.onTick(127, 112, true);
        assertThat(sent).hasSize(1);
        assertThat(comments.onTick(130, 120, true))
                .as("the read was before the comment")
                .isEqualTo(12);
    }

    @Test
    void commentWaitsForTheEndOfAnEventAndOfAChunk() {
        between = false;
        assertThat(comments.onTick(116, 100, true)).isPositive();
        between = true;
        assertThat(comments.onTick(117, 100, false)).isPositive();
        assertThat(sent).isEmpty();
        comments.onTick(118, 100, true);
        assertThat(sent).hasSize(1);
    }

    @Test
    void clockMayWrapAround() {
        KeepAlive early = new KeepAlive(this::comment, 15, Long.MAX_VALUE - 5);
        early.onTick(Long.MIN_VALUE + 5, Long.MIN_VALUE + 3, true);
        assertThat(sent).isEmpty();
        early.onTick(Long.MIN_VALUE + 18, Long.MIN_VALUE + 3, true);
        assertThat(sent).hasSize(1);
    }
}
