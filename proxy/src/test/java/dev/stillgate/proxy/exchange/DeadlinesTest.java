package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {
    private final FakeTicker ticker = new FakeTicker();
    private final Deadlines deadlines = new Deadlines(ticker.nanos());
    private final List<String> ticked = new ArrayList<>();
    private final Map<String, Long> quiet = new HashMap<>();
    private final TickFailures failures = new TickFailures(ticker);

    private Deadlines.Watched entry(String name, Runnable onTick) {
        return new Deadlines.Watched() {
            @Override
            long onTick(long now) {
                ticked.add(name);
                onTick.run();
                return quiet.getOrDefault(name, 0L);
            }
        };
    }

    private void tick() {
        deadlines.begin(ticker.nanos());
        assertThat(deadlines.resume(ticker, failures)).isTrue();
    }

    @Test
    void manySimultaneousTimeoutsAreSplitIntoSlices() {
        for (int i = 0; i < 100; i++) {
            deadlines.start(entry("" + i, () -> ticker.advance(Duration.ofNanos(100_000))));
        }
        deadlines.begin(ticker.nanos());
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
        deadlines.begin(ticker.nanos());
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

    private List<Integer> visits(int ticks) {
        List<Integer> at = new ArrayList<>();
        for (int i = 1; i <= ticks; i++) {
            ticked.clear();
            tick();
            if (!ticked.isEmpty()) {
                at.add(i);
            }
        }
        return at;
    }

    @Test
    void quietEntryIsVisitedWhenItAskedFor() {
        quiet.put("a", 3 * Deadlines.TICK_NANOS);
        deadlines.start(entry("a", () -> {}));
        assertThat(visits(10)).containsExactly(1, 4, 7, 10);
    }

    @Test
    void quietEntryIsVisitedOnceInAHorizon() {
        quiet.put("a", Long.MAX_VALUE);
        deadlines.start(entry("a", () -> {}));
        assertThat(visits(100)).containsExactly(1, 21, 41, 61, 81);
    }

    @Test
    void visitIsNotLaterThanTheRemainingTime() {
        quiet.put("a", 2 * Deadlines.TICK_NANOS - 1);
        deadlines.start(entry("a", () -> {}));
        assertThat(visits(3)).containsExactly(1, 2, 3);
    }

    @Test
    void missedTicksAreMadeUpFor() {
        quiet.put("a", 6 * Deadlines.TICK_NANOS);
        deadlines.start(entry("a", () -> {}));
        assertThat(visits(1)).containsExactly(1);
        ticker.advance(Duration.ofNanos(5 * Deadlines.TICK_NANOS));
        assertThat(visits(3)).containsExactly(2);
    }

    @Test
    void everyEntryIsDueAfterAJump() {
        quiet.put("a", Long.MAX_VALUE);
        deadlines.start(entry("a", () -> {}));
        visits(1);
        ticker.advance(Duration.ofHours(1));
        assertThat(visits(1)).containsExactly(1);
    }

    @Test
    void checkAllMakesQuietEntriesDue() {
        quiet.put("a", Long.MAX_VALUE);
        quiet.put("b", 3 * Deadlines.TICK_NANOS);
        deadlines.start(entry("a", () -> {}));
        deadlines.start(entry("b", () -> {}));
        visits(2);
        deadlines.checkAll();
        visits(1);
        assertThat(ticked).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void startedAgainEntryIsVisitedAtTheNextTick() {
        quiet.put("a", Long.MAX_VALUE);
        Deadlines.Watched entry = entry("a", () -> {});
        deadlines.start(entry);
        assertThat(visits(5)).containsExactly(1);
        deadlines.start(entry);
        assertThat(visits(22)).containsExactly(1, 21);
    }

    @Test
    void entryThatEndsItselfWhenQuietIsNotVisitedAgain() {
        quiet.put("a", Long.MAX_VALUE);
        List<Deadlines.Watched> all = new ArrayList<>();
        all.add(entry("a", () -> deadlines.end(all.getFirst())));
        deadlines.start(all.getFirst());
        assertThat(visits(50)).containsExactly(1);
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
