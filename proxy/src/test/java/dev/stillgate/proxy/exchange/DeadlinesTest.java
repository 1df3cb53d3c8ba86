package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();
    private final FakeTicker ticker = new FakeTicker();
    private final List<String> ticked = new ArrayList<>();
    private final TickFailures failures = new TickFailures(ticker);

    private Deadlines.Watched entry(String name, Runnable onTick) {
        return new Deadlines.Watched() {
            @Override
            void onTick(long now) {
                ticked.add(name);
                onTick.run();
            }
        };
    }

    private void tick() {
        deadlines.restart();
        assertThat(deadlines.resume(ticker, failures)).isTrue();
    }

    @Test
    void manySimultaneousTimeoutsAreSplitIntoSlices() {
        for (int i = 0; i < 100; i++) {
            deadlines.start(entry("" + i, () -> ticker.advance(Duration.ofNanos(100_000))));
        }
        deadlines.restart();
        int parts = 1;
        while (!deadlines.resume(ticker, failures)) {
            parts++;
            assertThat(ticked).hasSizeLessThanOrEqualTo(8 * parts); // 0.8 ms of work each
        }
        assertThat(ticked).hasSize(100).doesNotHaveDuplicates();
        assertThat(parts).isEqualTo(13);
    }

    @Test
    void entryRemovedBetweenSlicesIsNotVisited() {
        List<Deadlines.Watched> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(entry("" + i, () -> ticker.advance(Duration.ofMillis(1))));
        }
        all.forEach(deadlines::start);
        deadlines.restart();
        assertThat(deadlines.resume(ticker, failures)).isFalse();
        all.subList(8, 20).forEach(deadlines::end);
        assertThat(deadlines.resume(ticker, failures)).isTrue();
        assertThat(ticked).hasSize(8);
    }

    @Test
    void everyEntryIsVisitedOncePerTick() {
        deadlines.start(entry("a", () -> {}));
        deadlines.start(entry("b", () -> {}));
        tick();
        tick();
        assertThat(ticked).containsExactly("a", "b", "a", "b");
    }

    @Test
    void entryMayRemoveItselfAndOthers() {
        List<Deadlines.Watched> all = new ArrayList<>();
        Runnable endAll = () -> all.forEach(deadlines::end);
        for (String name : List.of("a", "b", "c", "d")) {
            all.add(entry(name, name.equals("b") ? endAll : () -> {}));
        }
        all.forEach(deadlines::start);
        tick();
        assertThat(ticked).containsExactly("a", "b");
        tick();
        assertThat(ticked).hasSize(2);
    }

    @Test
    void entryMayBeRemovedTwiceAndAddedAgain() {
        Deadlines.Watched entry = entry("a", () -> {});
        deadlines.start(entry);
        deadlines.end(entry);
        deadlines.end(entry);
        tick();
        assertThat(ticked).isEmpty();
        deadlines.start(entry);
        tick();
        assertThat(ticked).containsExactly("a");
    }

    @Test
    void entryAddedDuringATickIsVisited() {
        deadlines.start(entry("a", () -> {
            if (ticked.size() == 1) {
                deadlines.start(entry("late", () -> {}));
            }
        }));
        tick();
        tick();
        assertThat(ticked).contains("late");
    }

    @Test
    @DisplayName("engine D1: a failing entry does not keep other entries from their tick")
    void failingEntryDoesNotStopOthers() {
        deadlines.start(entry("before", () -> {}));
        deadlines.start(entry("failing", () -> {
            throw new OutOfMemoryError("as meant");
        }));
        deadlines.start(entry("after", () -> {}));
        tick();
        tick();
        assertThat(ticked).containsExactly("before", "failing", "after", "before", "failing", "after");
    }
}
