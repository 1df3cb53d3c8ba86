package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.geo.GeoRestrictionPolicy.Rules;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeConnection;
import dev.stillgate.testkit.FilterHarness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Databases that are replaced, broken and mended under a running filter, in virtual time. */
@Isolated("listens to a logger of the whole JVM")
class HotSwapTest {
    private static final Duration RELOAD = Duration.ofSeconds(30);
    private static final Logger LOGGER = Logger.getLogger(DatabaseFile.class.getName());

    private final FilterHarness<GeoRestrictionPolicy> harness = new FilterHarness<>(new GeoRestrictionFactory());
    private final FakeConnection connection = new FakeConnection("203.0.113.9");
    private final List<String> log = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            if (record.getLevel() == Level.WARNING) {
                log.add(new SimpleFormatter().formatMessage(record));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @TempDir
    Path folder;

    private Path database;

    @BeforeEach
    void start() {
        LOGGER.addHandler(handler);
        database = Databases.write(folder, "country.mmdb", countries("KP"));
        harness.policy(policy());
        assertThat(refused()).isTrue();
        assertThat(stale()).isZero();
    }

    @AfterEach
    void stopListening() {
        LOGGER.removeHandler(handler);
    }

    @Test
    void newFileIsLoadedAtTheNextCheck() throws IOException {
        replace(countries("DE"));
        harness.ticker().advance(RELOAD.minusNanos(1));
        assertThat(refused()).isTrue();
        harness.ticker().advance(Duration.ofNanos(1));
        assertThat(refused()).isFalse();
        assertThat(stale()).isZero();
        assertThat(log).isEmpty();
    }

    @Test
    void fileWrittenInPlaceIsLoadedWhateverItsTimes() throws IOException {
        FileTime modified = Files.getLastModifiedTime(database);
        byte[] other = countries("DE");
        assertThat(Files.size(database)).isEqualTo(other.length);
        Files.write(database, other);
        Files.setLastModifiedTime(database, modified);
        harness.ticker().advance(RELOAD);
        assertThat(refused()).isFalse();
    }

    @Test
    @DisplayName(
            "plugins 5: a kept connection is judged anew after the filter was taken out of the policy and put back")
    void reinsertedFilterForgetsEarlierFindings() throws IOException {
        replace(countries("DE"));
        FilterHarness<GeoRestrictionPolicy> again = new FilterHarness<>(new GeoRestrictionFactory());
        again.policy(policy());
        assertThat(again.request(again.exchange().on(connection))).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void corruptFileKeepsTheLastValidContent() throws IOException {
        replace(new byte[1_000]);
        harness.ticker().advance(RELOAD);
        assertThat(refused()).isTrue();
        assertThat(stale()).isEqualTo(1);
        harness.ticker().advance(RELOAD.multipliedBy(10));
        assertThat(log).singleElement().asString().contains("country").contains("the metadata is missing");
        replace(countries("DE"));
        harness.ticker().advance(RELOAD);
        assertThat(refused()).isFalse();
        assertThat(stale()).isZero();
    }

    @Test
    void databaseOfAnotherKindKeepsTheLastValidContent() throws IOException {
        replace(Databases.systems());
        harness.ticker().advance(RELOAD);
        assertThat(refused()).isTrue();
        assertThat(stale()).isEqualTo(1);
        assertThat(log).singleElement().asString().contains("without any record that names a country");
    }

    @Test
    void missingFileKeepsTheLastValidContent() throws IOException {
        Path aside = Files.move(database, folder.resolve("aside.mmdb"));
        harness.ticker().advance(RELOAD.multipliedBy(3));
        assertThat(refused()).isTrue();
        assertThat(stale()).isEqualTo(1);
        assertThat(log).singleElement().asString().contains("does not exist");
        Files.move(aside, database);
        harness.ticker().advance(RELOAD);
        assertThat(stale()).isZero();
        assertThat(refused()).isTrue();
    }

    @Test
    void eachNewFailureIsLoggedOnce() throws IOException {
        replace(new byte[1_000]);
        harness.ticker().advance(RELOAD.multipliedBy(3));
        Files.delete(database);
        harness.ticker().advance(RELOAD.multipliedBy(3));
        replace(new byte[1_000]);
        harness.ticker().advance(RELOAD.multipliedBy(3));
        assertThat(log).hasSize(3);
    }

    @Test
    void directoryInPlaceOfTheFileKeepsTheLastValidContent() throws IOException {
        Path aside = Files.move(database, folder.resolve("aside.mmdb"));
        Files.createDirectory(database);
        harness.ticker().advance(RELOAD);
        assertThat(stale()).isEqualTo(1);
        Files.delete(database);
        Files.move(aside, database);
        harness.ticker().advance(RELOAD);
        assertThat(stale()).isZero();
    }

    @Test
    void sameContentAgainChangesNothing() throws IOException {
        long lookups = harness.context().count("stillgate.geo.lookups");
        replace(countries("KP"));
        Files.setLastModifiedTime(database, FileTime.fromMillis(0));
        harness.ticker().advance(RELOAD);
        assertThat(refused()).isTrue();
        assertThat(harness.context().count("stillgate.geo.lookups")).isEqualTo(lookups);
    }

    @Test
    void reloadOverACorruptFileKeepsTheLastValidContent() throws IOException {
        replace(new byte[1_000]);
        harness.policy(policy());
        assertThat(refused()).isTrue();
        assertThat(stale()).isEqualTo(1);
    }

    @Test
    void reloadLoadsANewFile() throws IOException {
        replace(countries("DE"));
        harness.policy(policy());
        assertThat(refused()).isFalse();
    }

    @Test
    void buildTimeIsExposed() {
        assertThat(harness.context().gauge("stillgate.geo.database.build.seconds", "database", "country"))
                .isEqualTo(1_767_225_600);
    }

    @Test
    void requestsDuringASwapGetOldOrNewContent() throws Exception {
        GeoRestriction filter = (GeoRestriction) harness.filter();
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicLong odd = new AtomicLong();
        AtomicLong served = new AtomicLong();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                var exchange = harness.exchange().at("203.0.113.9");
                while (running.get()) {
                    Verdict verdict = filter.onRequest(exchange);
                    boolean known = verdict == Verdict.ALLOW || verdict == RefusalReason.COUNTRY_DENIED.verdict();
                    odd.addAndGet(known ? 0 : 1);
                    served.incrementAndGet();
                }
            }));
        }
        for (int i = 0; i < 50; i++) {
            replace(countries(i % 2 == 0 ? "DE" : "KP"));
            filter.refresh();
        }
        running.set(false);
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(odd).hasValue(0);
        assertThat(served).hasPositiveValue();
        assertThat(harness.context().count("stillgate.geo.lookup.errors", "database", "country"))
                .isZero();
    }

    private boolean refused() {
        return harness.request(harness.exchange().on(connection)) instanceof Verdict.Reject;
    }

    private double stale() {
        return harness.context().gauge("stillgate.geo.database.stale", "database", "country");
    }

    private void replace(byte[] content) throws IOException {
        Path fresh = Files.write(folder.resolve("fresh.mmdb"), content);
        Files.move(fresh, database, StandardCopyOption.REPLACE_EXISTING);
    }

    private GeoRestrictionPolicy policy() {
        return new GeoRestrictionPolicy(
                new GeoRestrictionPolicy.Databases(database, null, null, null, null),
                new Rules(List.of("KP"), null, null, null),
                null,
                null,
                null,
                null,
                null);
    }

    private static byte[] countries(String country) {
        return new MmdbWriter("Test-Country")
                .put("203.0.113.0/24", Databases.nested(country))
                .build();
    }
}
