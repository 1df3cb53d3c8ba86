package dev.stillgate.geo;

import com.maxmind.db.CacheKey;
import com.maxmind.db.DecodedValue;
import com.maxmind.db.Metadata;
import com.maxmind.db.NodeCache;
import com.maxmind.db.Reader;
import dev.stillgate.geo.DatabaseRecords.CountryField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * A database in heap memory, read by MaxMind's {@link Reader}. Immutable and never closed, so that requests can finish
 * with it after it was replaced. Thread-safe.
 */
final class MmdbDatabase {
    private static final int MAX_TYPE_LENGTH = 128;
    private static final int MAX_BUILD_BITS = 40;

    private final Reader reader;
    private final boolean v4Alone;
    private final String type;
    private final long buildSeconds;

    private MmdbDatabase(Reader reader) throws MmdbException {
        Metadata metadata = reader.getMetadata();
        int major = metadata.binaryFormatMajorVersion();
        check(major == 2, "format version " + major + ", and only 2 is known");
        int bits = metadata.recordSize();
        check(bits == 24 || bits == 28 || bits == 32, "a record size of " + bits + " bits");
        int ipVersion = metadata.ipVersion();
        check(ipVersion == 4 || ipVersion == 6, "an IP version of " + ipVersion);
        long nodes = metadata.nodeCount();
        check(nodes > 0 && nodes <= Integer.MAX_VALUE, "a node count of " + nodes);
        String named = Objects.requireNonNullElse(loggable(metadata.databaseType(), MAX_TYPE_LENGTH), "");
        check(!named.isEmpty(), "no database type");
        BigInteger built = Objects.requireNonNullElse(metadata.buildEpoch(), BigInteger.ZERO);
        check(built.bitLength() <= MAX_BUILD_BITS, "a build time of " + built.bitLength() + " bits");
        this.reader = reader;
        this.v4Alone = ipVersion == 4;
        this.type = named;
        this.buildSeconds = built.longValue();
    }

    /**
     * Opens a database without checking its records.
     *
     * @param bytes the whole file; the reader makes a copy
     * @throws MmdbException if the metadata cannot be read or names an unknown layout
     */
    static MmdbDatabase open(byte[] bytes) throws MmdbException {
        try {
            return new MmdbDatabase(new Reader(new ByteArrayInputStream(bytes), new FieldCache()));
        } catch (MmdbException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new MmdbException("metadata that cannot be read", e);
        }
    }

    Metadata metadata() {
        return reader.getMetadata();
    }

    /** Returns the database type in the metadata. */
    String type() {
        return type;
    }

    /** Returns type and build date, such as {@code GeoLite2-Country 2026-01-31}. */
    String name() {
        return buildSeconds == 0
                ? type
                : type + " " + LocalDate.ofInstant(Instant.ofEpochSecond(buildSeconds), ZoneOffset.UTC);
    }

    /** Returns the build time in seconds since the epoch, 0 if unknown. */
    long buildSeconds() {
        return buildSeconds;
    }

    /**
     * Returns the record for an address, or null. An IPv4-only database has no records for IPv6 addresses; its reader
     * would look up their first 32 bits.
     *
     * @param as the class of the record, which selects the fields to read
     * @throws IOException and unchecked exceptions of the reader, if the record cannot be read
     */
    <T> @Nullable T record(InetAddress address, Class<T> as) throws IOException {
        return v4Alone && address instanceof Inet6Address ? null : reader.get(address, as);
    }

    /** Returns the text if it can be logged: null if it is too long or contains control characters. */
    static @Nullable String loggable(@Nullable String text, int maxLength) {
        boolean fit = text != null && text.length() <= maxLength && text.chars().noneMatch(Character::isISOControl);
        return fit ? text : null;
    }

    @Override
    public String toString() {
        return type + " of " + Instant.ofEpochSecond(buildSeconds) + ", "
                + metadata().nodeCount() + " nodes";
    }

    private static void check(boolean good, String what) throws MmdbException {
        if (!good) {
            throw new MmdbException("metadata with " + what);
        }
    }

    /**
     * Cache of decoded field names and countries, to which the pointers of most records lead. It halves the cost of a
     * lookup. MaxMind's {@link com.maxmind.db.CHMCache} would keep values of any length, and fill up with the first
     * ones probed; here each entry is short. Thread-safe.
     */
    static final class FieldCache implements NodeCache {
        private static final int MAX_ENTRIES = 1024;

        private final ConcurrentMap<CacheKey<?>, DecodedValue> entries = new ConcurrentHashMap<>();

        @Override
        public DecodedValue get(CacheKey<?> key, Loader loader) throws IOException {
            boolean nameOfField = key.cls() == String.class && key.type() == null; // value strings have a type
            if (!nameOfField && key.cls() != CountryField.class) {
                return loader.load(key);
            }
            DecodedValue known = entries.get(key);
            if (known != null) {
                return known;
            }
            DecodedValue loaded = loader.load(key);
            if (entries.size() < MAX_ENTRIES) {
                entries.put(key, loaded);
            }
            return loaded;
        }
    }
}
