package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a change is over, told by a clock that moves when told. */
class DebounceTest {
    private static final long MS = 1_000_000;
    private final Debounce<String> settling = new Debounce<>(Duration.ofMillis(200), Duration.ofSeconds(5));
    private final Map<String, String> known = Map.of("a", "1");

    private boolean look(String content, long millis) {
        return settling.look(known, Map.of("a", content), millis * MS);
    }

    @Test
    void whatIsAsItWasIsNoChange() {
        assertThat(look("1", 0)).isFalse();
        assertThat(look("1", 10_000)).isFalse();
        assertThat(settling.isChanging()).isFalse();
    }

    @Test
    void aChangeIsOverWhenNothingHasMovedForAWhile() {
        assertThat(look("", 0)).isFalse();
        assertThat(settling.isChanging()).isTrue();
        assertThat(look("", 199)).isFalse();
        assertThat(look("2", 200)).as("it went on").isFalse();
        assertThat(look("2", 399)).isFalse();
        assertThat(look("2", 400)).isTrue();
        assertThat(settling.isChanging()).isFalse();
    }

    @Test
    void aChangeThatIsTakenBackIsNone() {
        assertThat(look("2", 0)).isFalse();
        assertThat(look("1", 100)).isFalse();
        assertThat(settling.isChanging()).isFalse();
        assertThat(look("2", 300)).as("another one begins anew").isFalse();
        assertThat(look("2", 499)).isFalse();
        assertThat(look("2", 500)).isTrue();
    }

    @Test
    void aFileThatNeverRestsIsTakenAfterAWhile() {
        for (int at = 0; at < 5_000; at += 100) {
            assertThat(look("v" + at, at)).isFalse();
        }
        assertThat(look("last", 5_000)).isTrue();
    }
}
