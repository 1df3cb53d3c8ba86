package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.files.StateFile;
import dev.stillgate.spi.orders.Orders;
import dev.stillgate.testkit.Repetitions;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State across a restart: complete, or empty when the file is invalid. */
@Tag("slow")
final class AnalystStoreTest {
    private static final long CHECK = 4711;
    private static final AnalysisSettings SETTINGS = Seen.settings(10_000);

    @TempDir
    private Path directory;

    private final Orders orders = Pins.orders(() -> Seen.START + 10);
    private AnalystStore store;
    private Analyst analyst;

    @BeforeEach
    void learn() {
        store = new AnalystStore(directory, CHECK);
        analyst = new Analyst(SETTINGS, orders);
        Random random = new Random(2);
        for (int k = 0; k < 9000; k++) {
            Observation seen = Seen.prompt("a-" + random.nextInt(1500), Seen.START + k * 10_000L);
            seen.client = random.nextInt(3) * 0x5555_5555_5555_5555L;
            seen.network = random.nextLong();
            seen.prompt.topic[0] = 0.7f;
            seen.organisation = k % 5 == 0 ? "org-" + k % 7 : null;
            seen.issued = new long[] {random.nextLong()};
            analyst.observe(seen);
        }
        analyst.forget("a-3");
        analyst.forget("a-1234");
        Pins.pin(analyst, "a-7", Standing.BLOCKED, Long.MAX_VALUE);
        Finding finding = new Finding(
                new int[] {1, 2},
                SharedKey.CLIENT,
                new EnumMap<>(Map.of(Family.TIME, 12.0, Family.CONTENT, 3.0)),
                List.of("under-dispersion"),
                List.of(),
                false);
        Cluster cluster = analyst.clusters().take(finding, List.of("a-1", "a-2"), Seen.START + 5);
        analyst.ladder().climb("a-1", Standing.MARKED, finding.total(), finding.reasons(), cluster.id, Seen.START + 5);
    }

    private static byte[] bytes(Analyst of) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        of.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private void save() {
        assertThat(store.write(analyst)).isTrue();
        store.commit();
    }

    @Test
    void restoredStateEqualsTheSavedState() throws IOException {
        save();
        Analyst again = new AnalystStore(directory, CHECK).restore(SETTINGS, orders);
        assertThat(again.table().index().size())
                .isEqualTo(analyst.table().index().size())
                .isGreaterThan(1400);
        assertThat(bytes(again)).isEqualTo(bytes(analyst));
        assertThat(again.changes()).containsOnly(Map.entry("a-7", Standing.BLOCKED), Map.entry("a-1", Standing.MARKED));
        assertThat(again.ladder().pin("a-7").order().by()).isEqualTo("ann");
        assertThat(again.clusters().of("a-2").timeline)
                .isEqualTo(analyst.clusters().of("a-2").timeline);
    }

    @Test
    void restoredAnalystContinues() throws IOException {
        save();
        Analyst again = store.restore(SETTINGS, orders);
        for (Analyst each : List.of(analyst, again)) {
            each.observe(Seen.at("new-1", Seen.START + 200_000_000L));
            each.observe(Seen.at("a-3", Seen.START + 200_000_001L));
            each.observe(Seen.at("new-2", Seen.START + 200_000_002L));
        }
        assertThat(again.table().index().size())
                .isEqualTo(analyst.table().index().size());
        for (String account : List.of("a-3", "new-1", "new-2", "a-17")) {
            AccountProfile profile = again.table().profile(again.table().index().find(account));
            assertThat(profile.exchanges())
                    .isEqualTo(analyst.table()
                            .profile(analyst.table().index().find(account))
                            .exchanges());
        }
    }

    @Test
    void otherKeyKeepsStandingsAndDropsHashes() {
        save();
        Analyst again = new AnalystStore(directory, CHECK + 1).restore(SETTINGS, orders);
        int account = again.table().index().find("a-17");
        AccountProfile profile = again.table().profile(account);
        assertThat(profile.exchanges()).isPositive();
        assertThat(profile.key(SharedKey.CLIENT, false)).isZero();
        assertThat(profile.topic(0)).isZero();
        assertThat(profile.networks()).isZero();
        assertThat(again.accountStore().issued().size()).isZero();
        assertThat(again.changes()).containsEntry("a-7", Standing.BLOCKED);
    }

    @Test
    void missingFileGivesAnEmptyAnalyst() {
        assertThat(store.restore(SETTINGS, orders).table().index().size()).isZero();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void truncatedOrChangedFileIsRenamed() throws IOException {
        save();
        Path file = directory.resolve("behaviour");
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(4);
        for (int k = 0; k < Repetitions.of(40, 150); k++) {
            int at = k < 30 ? k : random.nextInt(whole.length);
            byte[] changed = whole.clone();
            changed[at] ^= 0x41;
            for (byte[] bad : List.of(Arrays.copyOf(whole, at), changed)) {
                Files.write(file, bad);
                assertThat(store.restore(SETTINGS, orders).table().index().size())
                        .isZero();
                assertThat(file).doesNotExist();
                assertThat(directory.resolve("behaviour.unreadable")).hasBinaryContent(bad);
                Files.delete(directory.resolve("behaviour.unreadable"));
            }
        }
        Files.write(file, whole);
        assertThat(store.restore(SETTINGS, orders).table().index().size()).isPositive();
    }

    @Test
    void earlierDamagedFilesAreKept() throws IOException {
        for (int i = 1; i <= 12; i++) {
            Files.writeString(directory.resolve("behaviour"), "damaged " + i);
            store.restore(SETTINGS, orders);
        }
        assertThat(directory.resolve("behaviour.unreadable")).hasContent("damaged 1");
        assertThat(directory.resolve("behaviour.unreadable-2")).hasContent("damaged 2");
        assertThat(directory.resolve("behaviour.unreadable-9")).hasContent("damaged 12");
        assertThat(directory.resolve("behaviour.unreadable-10")).doesNotExist();
    }

    @Test
    void invalidContentWithAValidChecksumIsHandled() throws IOException {
        save();
        Path file = directory.resolve("behaviour");
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(4);
        for (int k = 0; k < 300; k++) {
            byte[] bad = Arrays.copyOf(whole, 8 + random.nextInt(whole.length - 8));
            for (int changes = 0; changes < 3; changes++) {
                int at = k % 2 == 0 ? random.nextInt(Math.min(200, bad.length)) : random.nextInt(bad.length);
                bad[at] = (byte) random.nextInt();
            }
            CRC32C sum = new CRC32C();
            sum.update(bad, 0, bad.length - 8);
            ByteBuffer.wrap(bad).putLong(bad.length - 8, sum.getValue());
            Files.write(file, bad);
            assertThat(store.restore(SETTINGS, orders).table().index().size()).isBetween(0, 1501);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void fileOfAnotherVersionIsKeptAndOrdersHold(int difference) throws IOException {
        save();
        Path file = directory.resolve("behaviour");
        byte[] other = Files.readAllBytes(file);
        other[11] += (byte) difference;
        CRC32C sum = new CRC32C();
        sum.update(other, 0, other.length - 8);
        ByteBuffer.wrap(other).putLong(other.length - 8, sum.getValue());
        Files.write(file, other);
        assertThatThrownBy(() -> StateFile.readChecked(file, in -> store.read(in, new Analyst(SETTINGS, orders))))
                .isInstanceOf(IOException.class)
                .hasMessage("its format is version " + other[11] + ", this gateway reads version "
                        + (other[11] - difference) + "; to use it, run the gateway that wrote it");
        Analyst again = store.restore(SETTINGS, orders);
        assertThat(again.table().index().size()).isZero();
        assertThat(file).doesNotExist();
        assertThat(directory.resolve("behaviour.unreadable")).hasBinaryContent(other);
        assertThat(again.changes()).containsExactly(Map.entry("a-7", Standing.BLOCKED));
        assertThat(again.ladder().pin("a-7").order().by()).isEqualTo("ann");
    }

    @Test
    void unwritableDirectoryKeepsTheOldFile() throws IOException {
        save();
        byte[] before = Files.readAllBytes(directory.resolve("behaviour"));
        Files.createDirectory(directory.resolve("behaviour.new"));
        assertThat(store.write(analyst)).isFalse();
        assertThat(directory.resolve("behaviour")).hasBinaryContent(before);
    }
}
