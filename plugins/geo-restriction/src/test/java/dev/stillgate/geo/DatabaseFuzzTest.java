package dev.stillgate.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.Counter;
import dev.stillgate.testkit.Repetitions;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Databases broken at random: each is refused at the probe, or every lookup in it is a response. */
@Tag("slow")
class DatabaseFuzzTest {
    private static final int DATABASES = Repetitions.of(600, 6_000);

    @ParameterizedTest
    @EnumSource(DatabaseKind.class)
    void probedDatabaseAnswersEveryLookup(DatabaseKind kind) {
        byte[] sound = sound(kind);
        Random random = Repetitions.random(kind.key().hashCode());
        int let = 0;
        for (int i = 0; i < DATABASES; i++) {
            byte[] bytes = broken(sound, random);
            try {
                MmdbDatabase file = DatabaseProbe.check(kind, bytes);
                assertThat(errors(kind, file, random)).as("round %d", i).isZero();
                let++;
            } catch (MmdbException e) {
                assertThat(e.getMessage()).isNotBlank().doesNotEndWith("null");
            }
        }
        assertThat(let).isBetween(DATABASES / 60, DATABASES * 59 / 60);
    }

    @ParameterizedTest
    @EnumSource(DatabaseKind.class)
    void unreadableRecordIsCountedAndUnknown(DatabaseKind kind) {
        byte[] sound = sound(kind);
        Random random = Repetitions.random(~kind.key().hashCode());
        long errors = 0;
        for (int i = 0; i < DATABASES; i++) {
            try {
                errors += errors(kind, MmdbDatabase.open(broken(sound, random)), random);
            } catch (MmdbException e) {
                // the metadata alone gave it away
            }
        }
        assertThat(errors).isPositive();
    }

    @Test
    void truncatedDatabaseIsRefused() {
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

    private static long errors(DatabaseKind kind, MmdbDatabase file, Random random) {
        AtomicLong errors = new AtomicLong();
        Counter counter = errors::addAndGet;
        DatabaseSet snapshot = new DatabaseSet(1, List.of(new DatabaseSet.Database(kind, file, counter)));
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
}
