package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();
    private final List<String> ticked = new ArrayList<>();

    private Deadlines.Watched entry(String name, Runnable onTick) {
        return new Deadlines.Watched() {
            @Override
            void onTick(long now) {
                ticked.add(name);
                onTick.run();
            }
        };
    }

    @Test
    void looksAtEveryEntryOnceATick() {
        deadlines.start(entry("a", () -> {}));
        deadlines.start(entry("b", () -> {}));
        deadlines.tick(1);
        deadlines.tick(2);
        assertThat(ticked).containsExactly("a", "b", "a", "b");
    }

    @Test
    void anEntryMayEndItselfItsNeighboursAndAllOthers() {
        List<Deadlines.Watched> all = new ArrayList<>();
        Runnable endAll = () -> all.forEach(deadlines::end);
        for (String name : List.of("a", "b", "c", "d")) {
            all.add(entry(name, name.equals("b") ? endAll : () -> {}));
        }
        all.forEach(deadlines::start);
        deadlines.tick(1);
        assertThat(ticked).containsExactly("a", "b");
        deadlines.tick(2);
        assertThat(ticked).hasSize(2);
    }

    @Test
    void endingTwiceIsHarmlessAndStartingAgainWorks() {
        Deadlines.Watched entry = entry("a", () -> {});
        deadlines.start(entry);
        deadlines.end(entry);
        deadlines.end(entry);
        deadlines.tick(1);
        assertThat(ticked).isEmpty();
        deadlines.start(entry);
        deadlines.tick(2);
        assertThat(ticked).containsExactly("a");
    }

    @Test
    void anEntryStartedDuringATickIsLookedAt() {
        deadlines.start(entry("a", () -> {
            if (ticked.size() == 1) {
                deadlines.start(entry("late", () -> {}));
            }
        }));
        deadlines.tick(1);
        deadlines.tick(2);
        assertThat(ticked).contains("late");
    }
}
