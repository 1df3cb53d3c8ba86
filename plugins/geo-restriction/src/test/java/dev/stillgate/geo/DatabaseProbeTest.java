package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.stillgate.spi.Counter;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Corrupt databases: each is refused at the probe, or every lookup in it is an answer. */
class DatabaseProbeTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Test
    void metadataThatIsNotUnderstoodIsRefused() {
        refused(new byte[0], "no metadata");
        refused(new byte[200_000], "no metadata");
        refused(claiming("binary_format_major_version", 3), "format version 3");
        refused(claiming("record_size", 20), "record size of 20");
        refused(claiming("ip_version", 5), "IP version of 5");
        refused(claiming("node_count", 0), "node count of 0");
        refused(claiming("node_count", 4_000_000_000L), "node count of 4000000000");
        refused(claiming("node_count", 2_000_000_000L), "larger than the file");
        refused(claiming("node_count", 1), "no separator");
        refused(claiming("database_type", ""), "no database type");
        refused(claiming("database_type", 7), "where type 2 was expected");
        refused(claiming("node_count", "many"), "where a number was expected");
    }

    @Test
    void aDatabaseThatSaysNothingIsRefused() {
        refused(new MmdbWriter("Empty").build(), "no record of which names a country");
    }

    @Test
    void aValueThatClaimsMoreThanTheFileHoldsIsRefused() {
        refused(withRecord(0xff, 0xff, 0xff, 0xff), "claims"); // a map of 16 million fields
        refused(withRecord(0xe1, 0x41, 'a', 0x1f, 0x04, 0xff, 0xff, 0xff), "claims"); // an array of as many values
        refused(withRecord(0xe1, 0x5f, 0xff, 0xff, 0xff), "claims"); // a key of 16 MB
        refused(withRecord(0xe1, 0x41, 'a', 0xc5, 1, 2, 3, 4, 5), "claims"); // a 32-bit number of five bytes
        refused(withRecord(0xe1, 0x41, 'a', 0x02, 0x07), "claims"); // a boolean that is neither
    }

    @Test
    void aValueOfNoKnownTypeIsRefused() {
        refused(withRecord(0xe1, 0x41, 'a', 0x01, 0x05), "unknown type 12"); // a data cache container
        refused(withRecord(0xe1, 0x41, 'a', 0x01, 0xff), "unknown type 262");
        refused(withRecord(0xe1, 0x41, 'a', 0x01, 0x00), "extended type below 8");
        refused(withRecord(0x41, 'a'), "where type 7 was expected");
    }

    @Test
    void aPointerThatLeadsAstrayIsRefused() {
        refused(withRecord(0xe1, 0x38, 0xff, 0xff, 0xff, 0xff, 0x40), "pointer out of the data section");
        refused(withRecord(0xe1, 0x20, 0x01, 0x40), "pointer to a pointer"); // its own place
    }

    @Test
    void aPointerOfTheWidestKindLeadsToItsString() throws Exception {
        byte[] key = {(byte) 0xe1, 0x38, 0, 0, 0, 1, 0x42, 'D', 'E'};
        byte[] bytes = new MmdbWriter("Test")
                .put("198.51.100.0/24", Map.of("country_code", "SE")) // the key stands at 1
                .put("192.0.2.0/24", new MmdbWriter.Raw(key))
                .build();
        assertThat(Databases.facts("192.0.2.1", DatabaseKind.COUNTRY, bytes).country())
                .isEqualTo("DE");
    }

    @Test
    void aRecordThatPointsIntoItselfEnds() throws Exception {
        byte[] loop = {(byte) 0xe1, 0x47, 'c', 'o', 'u', 'n', 't', 'r', 'y', 0x20, 0};
        byte[] bytes = new MmdbWriter("Test")
                .put("192.0.2.0/24", new MmdbWriter.Raw(loop)) // stands at 0
                .put("198.51.100.0/24", Databases.nested("DE"))
                .build();
        assertThat(Databases.facts("192.0.2.1", DatabaseKind.COUNTRY, bytes).country())
                .isNull();
    }

    @Test
    void nestingWithoutEndIsRefusedAndNotFollowed() {
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
                "more than 4096 values");
    }

    @Test
    void recordsLaidOverEachOtherCostNoMoreThanTheFileIsWorth() {
        int depth = 2_000;
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < depth; i++) {
            block.write(0xe1); // a map whose key is a map whose key is a map
        }
        block.writeBytes(filled(depth + 1, 0x40));
        MmdbWriter writer = new MmdbWriter("Test", 32, 4);
        for (int i = 0; i < 300; i++) {
            writer.pad(block.toByteArray());
        }
        for (int i = 0; i < 60_000; i++) {
            int offset = i / depth * block.size() + i % depth;
            writer.point((i >>> 8) + "." + (i & 0xff) + ".0.0/16", offset);
        }
        byte[] bytes = writer.build();
        assertTimeoutPreemptively(BOUND, () -> refused(bytes, "overlap"));
    }

    @ParameterizedTest
    @EnumSource(DatabaseKind.class)
    void whatTheProbeLetsThroughAnswersEveryLookup(DatabaseKind kind) {
        byte[] sound = sound(kind);
        Random random = new Random(kind.key().hashCode());
        int let = 0;
        for (int i = 0; i < 6_000; i++) {
            byte[] bytes = broken(sound, random);
            try {
                MmdbFile file = DatabaseProbe.check(kind, bytes);
                assertThat(errors(kind, file, random)).as("round %d", i).isZero();
                let++;
            } catch (MmdbException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        assertThat(let).isBetween(100, 5_900);
    }

    @ParameterizedTest
    @EnumSource(DatabaseKind.class)
    void whatGetsPastTheProbeIsCountedAndUnknown(DatabaseKind kind) {
        byte[] sound = sound(kind);
        Random random = new Random(~kind.key().hashCode());
        long errors = 0;
        for (int i = 0; i < 6_000; i++) {
            try {
                errors += errors(kind, new MmdbFile(broken(sound, random)), random);
            } catch (MmdbException | IndexOutOfBoundsException e) {
                // the layout alone gave it away
            }
        }
        assertThat(errors).isPositive();
    }

    @Test
    void everyPrefixOfADatabaseIsRefused() {
        byte[] sound = Databases.countries();
        for (int length = 0; length < sound.length; length++) {
            byte[] cut = Arrays.copyOf(sound, length);
            assertThatThrownBy(() -> DatabaseProbe.check(DatabaseKind.COUNTRY, cut))
                    .isInstanceOf(MmdbException.class);
        }
    }

    private static byte[] sound(DatabaseKind kind) {
        return switch (kind) {
            case COUNTRY -> Databases.countries();
            case ASN -> Databases.systems();
            case ANONYMOUS_IP, ANONYMOUS_PLUS -> Databases.anonymisers();
            case RESIDENTIAL_PROXY -> Databases.residential();
        };
    }

    private static byte[] broken(byte[] sound, Random random) {
        byte[] bytes = sound.clone();
        for (int i = 0; i <= random.nextInt(4); i++) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] ^ (1 << random.nextInt(8)));
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private static long errors(DatabaseKind kind, MmdbFile file, Random random) {
        AtomicLong errors = new AtomicLong();
        Counter counter = errors::addAndGet;
        Snapshot snapshot = new Snapshot(1, List.of(new Snapshot.Database(kind, file, counter)));
        for (String address :
                List.of("203.0.113.9", "198.51.100.1", "198.51.100.200", "192.0.2.7", "2001:db8:1::", "::")) {
            snapshot.locate(InetAddress.ofLiteral(address));
        }
        byte[] address = new byte[16];
        for (int i = 0; i < 30; i++) {
            random.nextBytes(address);
            snapshot.locate(at(address));
            snapshot.locate(at(Arrays.copyOf(address, 4)));
        }
        return errors.get();
    }

    private static InetAddress at(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    private static byte[] filled(int length, int with) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) with);
        return bytes;
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
