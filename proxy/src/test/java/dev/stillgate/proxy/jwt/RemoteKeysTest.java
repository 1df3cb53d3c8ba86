package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.Tokens;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests when keys are fetched, and that a failed fetch changes nothing. */
class RemoteKeysTest {
    private static final URI URL = URI.create("https://id.test/jwks");
    private static final Duration REFRESH = Duration.ofMinutes(10);
    private static final Duration MAX_AGE = Duration.ofHours(24);
    private static final Tokens FIRST = Tokens.p256("k-1");
    private static final Tokens SECOND = Tokens.p256("k-2");

    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicLong changed = new AtomicLong();
    private final AtomicLong unchanged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
    private @Nullable String answer = Tokens.set(FIRST);

    private RemoteKeys remote(boolean stored) {
        RemoteKeys.Fetch fetch = url -> {
            String text = answer;
            if (text == null) {
                throw new IOException("cannot be fetched: down");
            }
            return text.getBytes(StandardCharsets.UTF_8);
        };
        return new RemoteKeys(
                URL,
                new RemoteKeys.Parts(
                        fetch,
                        stored ? new StoredKeys(directory, URL) : null,
                        pending::add,
                        ticker,
                        changed::addAndGet,
                        unchanged::addAndGet,
                        failed::addAndGet));
    }

    /** Lets seconds pass, with a tick after each, and returns the number of fetches. */
    private int after(int seconds, RemoteKeys remote) {
        int fetches = 0;
        for (int i = 0; i < seconds; i++) {
            ticker.advance(Duration.ofSeconds(1));
            remote.tick(REFRESH);
            for (Runnable fetch = pending.poll(); fetch != null; fetch = pending.poll()) {
                fetch.run();
                fetches++;
            }
        }
        return fetches;
    }

    private static boolean has(RemoteKeys remote, String id) {
        JwtKeys keys = remote.keys(MAX_AGE);
        return keys != null && keys.find(id, JwtAlgorithm.ES256) != null;
    }

    @Test
    void keysAreFetchedAtTheStartAndAtTheInterval() {
        RemoteKeys remote = remote(false);
        assertThat(remote.keys(MAX_AGE)).isNull();
        assertThat(remote.age()).isNaN();
        assertThat(after(1, remote)).isEqualTo(1);
        assertThat(has(remote, "k-1")).isTrue();
        answer = Tokens.set(FIRST, SECOND);
        assertThat(after(599, remote)).isZero();
        assertThat(remote.age()).isEqualTo(599);
        assertThat(after(1, remote)).isEqualTo(1);
        assertThat(has(remote, "k-2")).isTrue();
        assertThat(after(600, remote)).isEqualTo(1);
        assertThat(changed).hasValue(2);
        assertThat(unchanged).hasValue(1);
    }

    @Test
    void slowFetchIsNotRepeated() {
        RemoteKeys remote = remote(false);
        for (int i = 0; i < 2_000; i++) {
            ticker.advance(Duration.ofSeconds(1));
            remote.tick(REFRESH);
        }
        assertThat(pending).hasSize(1);
    }

    @Test
    void unknownKeyBringsAFetchTenTimesAMinuteAtMost() {
        RemoteKeys remote = remote(false);
        after(40, remote);
        answer = Tokens.set(FIRST, SECOND);
        remote.within(MAX_AGE).missed();
        assertThat(after(1, remote)).isEqualTo(1);
        assertThat(has(remote, "k-2")).isTrue();
        assertThat(fetchesWithUnknownKeys(120, remote)).isEqualTo(20);
    }

    @Test
    void unknownKeyBringsAFetchTwiceAMinuteAtMostAfterAFailure() {
        RemoteKeys remote = remote(false);
        after(1, remote);
        answer = null;
        assertThat(fetchesWithUnknownKeys(600, remote)).isBetween(20, 25);
    }

    @Test
    void unknownKeysOfOthersDelayARotationBySecondsOnly() {
        RemoteKeys remote = remote(false);
        after(40, remote);
        remote.within(MAX_AGE).missed();
        assertThat(after(1, remote)).as("for a token of another issuer").isEqualTo(1);
        answer = Tokens.set(FIRST, SECOND);
        remote.within(MAX_AGE).missed();
        after(6, remote);
        assertThat(has(remote, "k-2")).isTrue();
    }

    /** Lets seconds pass with an unknown key in each, and returns the number of fetches. */
    private int fetchesWithUnknownKeys(int seconds, RemoteKeys remote) {
        int fetches = 0;
        for (int i = 0; i < seconds; i++) {
            remote.within(MAX_AGE).missed();
            fetches += after(1, remote);
        }
        return fetches;
    }

    @Test
    void copyWithoutUsableKeysIsAwaited() {
        after(1, remote(true));
        assertThat(remote(true).isAwaited(MAX_AGE)).as("with a recent copy").isFalse();
        ticker.advance(MAX_AGE);
        RemoteKeys old = remote(true);
        assertThat(old.isAwaited(MAX_AGE)).as("with a copy that is too old").isTrue();
        answer = "{\"keys\":[]}";
        after(1, old);
        assertThat(old.isAwaited(MAX_AGE)).as("after a fetch").isFalse();
        RemoteKeys empty = remote(true);
        assertThat(empty.isAwaited(MAX_AGE)).as("with an empty copy").isTrue();
        answer = null;
        after(1, empty);
        assertThat(empty.isAwaited(MAX_AGE)).as("after a failure").isFalse();
    }

    @Test
    void failedFetchKeepsTheKeysAndIsRepeated() {
        RemoteKeys remote = remote(false);
        after(1, remote);
        for (String bad : new @Nullable String[] {null, "", "{}", "{\"keys\":[{}]}", "<html>"}) {
            answer = bad;
            after(1_200, remote);
            assertThat(has(remote, "k-1")).isTrue();
        }
        assertThat(failed.get()).isPositive();
        answer = Tokens.set(SECOND);
        after(600, remote);
        assertThat(has(remote, "k-1")).as("removed from the set").isFalse();
        assertThat(has(remote, "k-2")).isTrue();
    }

    @Test
    void keysEndWithTheirAge() {
        RemoteKeys remote = remote(false);
        after(1, remote);
        answer = null;
        ticker.advance(MAX_AGE.minusSeconds(1));
        assertThat(has(remote, "k-1")).isTrue();
        assertThat(remote.within(MAX_AGE).keys()).isNotNull();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(has(remote, "k-1")).isFalse();
        assertThat(remote.within(MAX_AGE).keys()).isNull();
        assertThat(remote.within(MAX_AGE.plusSeconds(1)).keys())
                .as("of another policy")
                .isNotNull();
        answer = Tokens.set(FIRST);
        after(1, remote);
        assertThat(has(remote, "k-1")).as("the same set again").isTrue();
    }

    @Test
    void emptyListRevokesAllKeys() {
        RemoteKeys remote = remote(true);
        after(1, remote);
        answer = "{\"keys\":[]}";
        after(600, remote);
        JwtKeys keys = remote.keys(MAX_AGE);
        assertThat(keys != null && keys.isEmpty()).isTrue();
        assertThat(has(remote(true), "k-1")).as("after a restart").isFalse();
        assertThat(failed).hasValue(0);
    }

    @Test
    void ageOutlivesARestart() {
        RemoteKeys before = remote(true);
        after(1, before);
        ticker.advance(REFRESH);
        after(1, before);
        assertThat(unchanged).as("the same set has been fetched again").hasValue(1);
        ticker.advance(Duration.ofHours(23));
        RemoteKeys restarted = remote(true);
        assertThat(restarted.age()).isEqualTo(23 * 3_600);
        assertThat(has(restarted, "k-1")).isTrue();
        ticker.advance(Duration.ofHours(1));
        assertThat(has(restarted, "k-1")).isFalse();
        assertThat(has(remote(true), "k-1")).isFalse();
    }

    @Test
    void copyOfTheFutureIsNew() {
        after(1, remote(true));
        ticker.jumpWallClock(Duration.ofDays(-2));
        assertThat(remote(true).age()).isZero();
    }

    @Test
    void pausesOfFailuresDouble() {
        answer = null;
        RemoteKeys remote = remote(false);
        assertThat(after(1, remote)).isEqualTo(1);
        assertThat(after(5, remote)).isEqualTo(1);
        assertThat(after(9, remote)).isZero();
        assertThat(after(1, remote)).isEqualTo(1);
        assertThat(after(3_600, remote)).as("at least at the interval").isBetween(8, 14);
        answer = Tokens.set(FIRST);
        after(600, remote);
        assertThat(has(remote, "k-1")).isTrue();
    }

    @Test
    void copyOnDiskServesAStartWithoutNetwork() throws IOException {
        after(1, remote(true));
        answer = null;
        RemoteKeys restarted = remote(true);
        assertThat(has(restarted, "k-1")).isTrue();
        after(100, restarted);
        assertThat(has(restarted, "k-1")).isTrue();
        answer = Tokens.set(SECOND);
        after(600, restarted);
        assertThat(has(restarted, "k-1")).isFalse();
        assertThat(has(remote(true), "k-2")).isTrue();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void copyIsForItsOwnerAndFollowsNoLink() throws IOException {
        after(1, remote(true));
        Path copy;
        try (Stream<Path> files = Files.list(directory)) {
            copy = files.findFirst().orElseThrow();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), Tokens.set(SECOND));
        Files.createSymbolicLink(copy.resolveSibling(copy.getFileName() + ".new"), elsewhere);
        Files.delete(copy);
        Files.createSymbolicLink(copy, elsewhere);
        RemoteKeys restarted = remote(true);
        assertThat(restarted.keys(MAX_AGE)).isNull();
        after(1, restarted);
        assertThat(copy).isRegularFile().hasContent(Tokens.set(FIRST));
        assertThat(Files.isSymbolicLink(copy)).isFalse();
        assertThat(elsewhere).hasContent(Tokens.set(SECOND));
    }

    @Test
    void copyThatCouldNotBeWrittenIsWrittenLater() throws IOException {
        RemoteKeys remote = remote(true);
        after(1, remote);
        Path copy = copy();
        Path obstacle = Files.createDirectories(copy.resolveSibling(copy.getFileName() + ".new/full"));
        answer = Tokens.set(SECOND);
        after(600, remote);
        assertThat(copy).hasContent(Tokens.set(FIRST));
        FileTime written = Files.getLastModifiedTime(copy);
        after(600, remote);
        assertThat(unchanged).hasValue(1);
        assertThat(Files.getLastModifiedTime(copy))
                .as("the age of a former key set")
                .isEqualTo(written);
        Files.delete(obstacle);
        Files.delete(obstacle.resolveSibling(""));
        after(600, remote);
        assertThat(copy).hasContent(Tokens.set(SECOND));
        assertThat(has(remote(true), "k-1")).as("a removed key after a restart").isFalse();
    }

    @Test
    void copyThatWasDeletedIsWrittenAgain() throws IOException {
        after(1, remote(true));
        RemoteKeys restarted = remote(true);
        Files.delete(copy());
        after(1, restarted);
        assertThat(has(remote(true), "k-1")).isTrue();
    }

    private Path copy() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void damagedCopyIsIgnored() throws IOException {
        after(1, remote(true));
        try (Stream<Path> files = Files.list(directory)) {
            Files.writeString(files.findFirst().orElseThrow(), "{\"keys\":");
        }
        RemoteKeys restarted = remote(true);
        assertThat(restarted.keys(MAX_AGE)).isNull();
        after(1, restarted);
        assertThat(has(restarted, "k-1")).isTrue();
    }
}
