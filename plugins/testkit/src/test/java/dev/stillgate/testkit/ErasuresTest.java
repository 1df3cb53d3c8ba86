package dev.stillgate.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.orders.Erasures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasuresTest {
    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private final FakeContext context = new FakeContext("filter", ticker);
    private final Erasures erasures = new Erasures(context.orders(), ticker::nanos);
    private final List<String> held = new ArrayList<>(List.of("a-1", "a-2"));

    private boolean apply() throws IOException {
        return erasures.applyDue(held::removeIf);
    }

    @Test
    void failedErasureIsTriedAgainAfterAPause() throws IOException {
        context.erases("a-1");
        assertThatThrownBy(() -> erasures.applyDue(isErased -> {
                    throw new IOException("full");
                }))
                .hasMessage("full");
        assertThat(apply()).isFalse();
        ticker.advance(Duration.ofSeconds(30));
        assertThat(apply()).isTrue();
        assertThat(held).containsExactly("a-2");
        assertThat(apply()).isFalse();
    }

    @Test
    void longSearchIsFollowedByALongerPause() throws IOException {
        context.erases("a-1");
        erasures.applyDue(isErased -> ticker.advance(Duration.ofSeconds(2)));
        context.erases("a-2");
        ticker.advance(Duration.ofSeconds(19));
        assertThat(apply()).isFalse();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(apply()).isTrue();
        assertThat(held).containsExactly("a-1");
    }

    @Test
    void unreadableLineCountsAsNotApplied() throws IOException {
        Path file = directory.resolve("filter/erased");
        context.erases("a-1");
        apply();
        erasures.write(file);
        String line = Files.readString(file);
        assertThat(line).matches("[0-9a-f]{32} \\d+\n");

        held.add("a-1");
        Erasures whole = new Erasures(context.orders(), ticker::nanos);
        whole.read(file);
        assertThat(whole.applyDue(held::removeIf)).isFalse();
        Files.writeString(file, line.substring(1));
        Erasures damaged = new Erasures(context.orders(), ticker::nanos);
        damaged.read(file);
        assertThat(damaged.applyDue(held::removeIf)).isTrue();
        assertThat(held).containsExactly("a-2");
        new Erasures(context.orders(), ticker::nanos).read(directory.resolve("absent"));
    }
}
