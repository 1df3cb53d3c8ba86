package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.stillgate.spi.GeoFacts;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Corrupt databases, each refused at the probe with its reason. */
class DatabaseProbeTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final BigInteger WORD = MmdbWriter.DataSection.WORD;

    @Test
    void unknownMetadataIsRefused() {
        refused(new byte[0], "the metadata is missing");
        refused(new byte[200_000], "the metadata is missing");
        refused(claiming("binary_format_major_version", 3), "format version 3");
        refused(claiming("record_size", 20), "record size: 20");
        refused(claiming("ip_version", 5), "IP version of 5");
        refused(claiming("node_count", 0), "node count of 0");
        refused(claiming("node_count", 4_000_000_000L), "node count of 4000000000");
        refused(claiming("node_count", 2_000_000_000L), "larger than the file");
        refused(claiming("node_count", 1), "no separator");
        refused(claiming("database_type", ""), "no database type");
        refused(claiming("database_type", "a\nb"), "no database type");
        refused(claiming("database_type", 7), "metadata that cannot be read");
        refused(claiming("node_count", "many"), "metadata that cannot be read");
        refused(claiming("build_epoch", WORD), "a build time of 64 bits");
        refused(claiming("description", nested(40)), "more than 32 deep");
        refused(claiming("languages", Collections.nCopies(3_000, "en")), "more than 2048 values");
        refused(claiming("languages", "x".repeat(200_000)), "the metadata is missing"); // the marker is out of reach
        refused(claiming("languages", new MmdbWriter.Raw(new byte[] {0x1f, 0x04, -1, -1, -1})), "claims");
    }

    @Test
    void emptyDatabaseIsRefused() {
        refused(new MmdbWriter("Empty").build(), "without any record that names a country");
    }

    @Test
    void valueLargerThanTheFileIsRefused() {
        refused(withRecord(0xff, 0xff, 0xff, 0xff), "claims"); // a map of 16 million fields
        refused(withRecord(0xe1, 0x41, 'a', 0x1f, 0x04, 0xff, 0xff, 0xff), "claims"); // an array of as many values
        refused(withRecord(0xe1, 0x5f, 0xff, 0xff, 0xff), "claims"); // a key of 16 MB
        refused(withRecord(0xe1, 0x41, 'a', 0xc5, 1, 2, 3, 4, 5), "claims"); // a 32-bit number of five bytes
        refused(withRecord(0xe1, 0x41, 'a', 0x02, 0x07), "claims"); // a boolean that is neither
    }

    @Test
    void valueOfUnknownTypeIsRefused() {
        refused(withRecord(0xe1, 0x41, 'a', 0x01, 0x05), "unknown type 12"); // a data cache container
        refused(withRecord(0xe1, 0x41, 'a', 0x01, 0xff), "unknown type 262");
        refused(withRecord(0xe1, 0x41, 'a', 0x01, 0x00), "extended type below 8");
        refused(withRecord(0x41, 'a'), "where a map was expected");
    }

    @Test
    void strayPointerIsRefused() {
        refused(withRecord(0xe1, 0x38, 0xff, 0xff, 0xff, 0xff, 0x40), "pointer out of the data section");
        refused(withRecord(0xe1, 0x20, 0x01, 0x40), "pointer to a pointer"); // its own place
    }

    @Test
    void widestPointerLeadsToItsString() throws Exception {
        byte[] key = {(byte) 0xe1, 0x38, 0, 0, 0, 1, 0x42, 'D', 'E'};
        byte[] bytes = new MmdbWriter("Test")
                .put("198.51.100.0/24", Map.of("country_code", "SE")) // the key stands at 1
                .put("192.0.2.0/24", new MmdbWriter.Raw(key))
                .build();
        assertThat(Databases.facts("192.0.2.1", DatabaseKind.COUNTRY, bytes).country())
                .isEqualTo("DE");
    }

    @Test
    void recordPointingIntoItselfIsRefused() {
        byte[] loop = {(byte) 0xe1, 0x47, 'c', 'o', 'u', 'n', 't', 'r', 'y', 0x20, 0};
        refused(
                new MmdbWriter("Test")
                        .put("192.0.2.0/24", new MmdbWriter.Raw(loop)) // stands at 0
                        .put("198.51.100.0/24", Databases.nested("DE"))
                        .build(),
                "more than 32 deep");
    }

    @Test
    void endlessNestingIsRefusedAndNotFollowed() {
        byte[] arrays = new byte[2_000_000];
        for (int i = 0; i < arrays.length; i += 2) {
            arrays[i] = 0x01; // an array of one
            arrays[i + 1] = 0x04;
        }
        arrays[0] = (byte) 0xe1;
        arrays[1] = 0x40;
        refused(
                new MmdbWriter("Test")
                        .put("192.0.2.0/24", new MmdbWriter.Raw(arrays))
                        .build(),
                "more than 32 deep");
    }

    @Test
    void recordMultipliedByPointersIsRefused() {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.writeBytes(new byte[] {(byte) 0xe0}); // an empty map at 0
        for (int i = 0; i < 30; i++) { // each array holds the one before twice
            int before = i == 0 ? 0 : 1 + 6 * (i - 1);
            bomb.writeBytes(new byte[] {0x02, 0x04, 0x20, (byte) before, 0x20, (byte) before});
        }
        byte[] record = {(byte) 0xe1, 0x43, 'a', 's', 'n', 0x20, (byte) (1 + 6 * 29)};
        refused(
                new MmdbWriter("Test")
                        .pad(bomb.toByteArray())
                        .put("192.0.2.0/24", new MmdbWriter.Raw(record))
                        .build(),
                "more than 2048 values");
    }

    @Test
    void textMultipliedByPointersIsRefused() {
        Map<String, Object> record = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            record.put("field " + i, "x".repeat(2_000));
        }
        refused(new MmdbWriter("Test").put("192.0.2.0/24", record).build(), "bytes of text");
    }

    @Test
    void longOrNonStringKeyIsRefused() {
        refused(withRecord(0xe1, 0xe0, 0x40), "not a short string");
        refused(
                new MmdbWriter("Test")
                        .put("192.0.2.0/24", Map.of("x".repeat(129), 1))
                        .build(),
                "not a short string");
    }

    @Test
    void invalidUtf8IsRefusedWhereItIsRead() {
        refused(withRecord(0xe1, 0x47, 'c', 'o', 'u', 'n', 't', 'r', 'y', 0x42, 0xff, 0xff), "cannot be read");
    }

    @Test
    void largestAcceptedRecordIsReadOnASmallStack() throws Exception {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("list", Collections.nCopies(2_040, 1));
        record.put("country_code", "DE");
        byte[] bytes = new MmdbWriter("Test").put("192.0.2.0/24", record).build();
        MmdbDatabase database = DatabaseProbe.check(DatabaseKind.COUNTRY, bytes);
        AtomicReference<String> country = new AtomicReference<>();
        Thread small = new Thread(
                null,
                () -> country.set(Databases.ask("192.0.2.1", DatabaseKind.COUNTRY, database)
                        .facts()
                        .country()),
                "small stack",
                512 << 10);
        small.start();
        small.join();
        assertThat(country).hasValue("DE");
    }

    @Test
    void cyclicTreeIsTraversedInBoundedTime() {
        int nodes = 300;
        byte[] bytes = new MmdbWriter("Test", 32, 6)
                .put("192.0.2.0/24", Databases.nested("DE"))
                .tree(nodes, (node, side) -> (node + 1 + side) % nodes)
                .build();
        assertTimeoutPreemptively(BOUND, () -> refused(bytes, "a tree with cycles"));
    }

    @Test
    void overlappingRecordsHaveABoundedCost() {
        byte[] list = new byte[2_006];
        list[0] = 0x1e; // an array of 2000
        list[1] = 0x04;
        list[2] = (byte) ((2_000 - 285) >>> 8);
        list[3] = (byte) (2_000 - 285);
        Arrays.fill(list, 4, list.length, (byte) 0xa0); // zeros
        MmdbWriter writer = new MmdbWriter("Test", 32, 4).pad(list);
        byte[] record = {(byte) 0xe1, 0x41, 'a', 0x20, 0x00};
        for (int i = 0; i < 60_000; i++) {
            writer.point((i >>> 8) + "." + (i & 0xff) + ".0.0/16", list.length + i * record.length);
        }
        for (int i = 0; i < 60_000; i++) {
            writer.pad(record);
        }
        byte[] bytes = writer.build();
        assertTimeoutPreemptively(BOUND, () -> refused(bytes, "overlap"));
    }

    @Test
    void readerExceptionsDoNotReachARequest() {
        byte[] loop = {(byte) 0xe1, 0x47, 'c', 'o', 'u', 'n', 't', 'r', 'y', 0x20, 9}; // points to its pointer
        assertThat(unprobed(loop)).isEqualTo(1); // exhausts the stack
        assertThat(unprobed(new byte[] {0x41, 'a'})).isEqualTo(1); // a cast that fails
        assertThat(unprobed(new byte[] {(byte) 0xff, -1, -1, -1})).isEqualTo(1); // runs off the end
    }

    private static long unprobed(byte[] record) {
        byte[] bytes = new MmdbWriter("Test")
                .put("192.0.2.0/24", new MmdbWriter.Raw(record)) // stands at 0
                .build();
        AtomicLong errors = new AtomicLong();
        try {
            MmdbDatabase database = MmdbDatabase.open(bytes);
            Located located = new DatabaseSet(
                            1, List.of(new DatabaseSet.Database(DatabaseKind.COUNTRY, database, errors::addAndGet)))
                    .locate(InetAddress.ofLiteral("192.0.2.1"));
            assertThat(located.facts()).isSameAs(GeoFacts.UNKNOWN);
        } catch (MmdbException e) {
            throw new AssertionError(e);
        }
        return errors.get();
    }

    private static Object nested(int depth) {
        Object value = "x";
        for (int i = 0; i < depth; i++) {
            value = List.of(value);
        }
        return value;
    }

    private static byte[] claiming(String key, Object value) {
        return new MmdbWriter("Test")
                .put("192.0.2.0/24", Databases.nested("DE"))
                .claim(key, value)
                .build();
    }

    private static byte[] withRecord(int... content) {
        byte[] bytes = new byte[content.length];
        for (int i = 0; i < content.length; i++) {
            bytes[i] = (byte) content[i];
        }
        return new MmdbWriter("Test")
                .put("192.0.2.0/24", new MmdbWriter.Raw(bytes))
                .put("198.51.100.0/24", Databases.nested("DE"))
                .build();
    }

    private static void refused(byte[] bytes, String because) {
        assertThatThrownBy(() -> DatabaseProbe.check(DatabaseKind.COUNTRY, bytes))
                .isInstanceOf(MmdbException.class)
                .hasMessageContaining(because);
    }
}
