package dev.stillgate.proxy.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.testkit.Repetitions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers pass the whole gateway unchanged and are metered rightly, in whatever pieces the upstream sends them. */
@Tag("slow")
@Timeout(180)
class GatewayReplayTest {
    /** Answers longer than this are sent in some of the small sizes only. */
    private static final int LONG = 20_000;

    private static final int SOME = 6;
    private static final long SEED = 20260101;

    @TempDir
    private Path directory;

    @Test
    void ourOwnAnswersInPiecesOfEverySize() throws Exception {
        List<Script> scripts = Fixtures.own().stream().map(Script::of).toList();
        List<Replay> replays = new ArrayList<>();
        Random random = new Random(SEED);
        for (int i = 0; i < scripts.size(); i++) {
            for (int size : sizes(scripts.get(i), random, true)) {
                replays.add(new Replay(i, size, false));
                replays.add(new Replay(i, size, true));
            }
        }
        ReplayRun.Result result = run("own", scripts, replays);
        assertThat(result.refused()).isEmpty();
        assertThat(result.metered()).isEqualTo(replays.size());
    }

    @Test
    @Tag("shared")
    void recordedAnswers() throws Exception {
        List<Script> scripts = Fixtures.recorded().stream().map(Script::of).toList();
        List<Replay> replays = new ArrayList<>();
        Random random = new Random(SEED);
        for (int i = 0; i < scripts.size(); i++) {
            for (int size :
                    sizes(scripts.get(i), random, scripts.get(i).answer().sse())) {
                replays.add(new Replay(i, size, random.nextBoolean()));
            }
        }
        ReplayRun.Result result = run("recorded", scripts, replays);
        long refused = replays.stream()
                .filter(r -> result.refused().containsKey(r.script()))
                .count();
        assertThat(result.metered()).isEqualTo((int) (replays.size() - refused));
    }

    private ReplayRun.Result run(String what, List<Script> scripts, List<Replay> replays) throws Exception {
        long start = System.nanoTime();
        ReplayRun.Result result = new ReplayRun(scripts, replays, directory).run();
        long streams = scripts.stream().filter(s -> s.answer().sse()).count();
        System.out.printf(
                "%s: %d streams and %d other answers, %d replays, %d delivered and metered, %d scripts refused, %.1f"
                        + " s%n",
                what,
                streams,
                scripts.size() - streams,
                replays.size(),
                result.metered(),
                result.refused().size(),
                (System.nanoTime() - start) / 1e9);
        result.refused().values().forEach(System.out::println);
        assertThat(result.wrong().stream().limit(20)).isEmpty();
        return result;
    }

    /** Returns 1 to 64, or some of these, and the powers of two up to the first that holds the whole response. */
    private static int[] sizes(Script script, Random random, boolean every) {
        int length = script.answer().body().length;
        int some = Repetitions.of(2 * SOME, 64);
        IntStream small = !every || length > LONG
                ? random.ints(SOME, 1, 65).distinct()
                : some == 64
                        ? IntStream.rangeClosed(1, 64)
                        : random.ints(some, 1, 65).distinct();
        return IntStream.concat(small, IntStream.iterate(128, s -> s / 2 < length, s -> s * 2))
                .toArray();
    }
}
