package dev.stillgate.geo;

import com.maxmind.db.Metadata;
import com.maxmind.db.Reader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One database in heap memory, read by MaxMind's own {@link Reader}. Immutable and never closed, so that a request that
 * has it can finish with it after it has been replaced. Any thread.
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
     * Opens a database; of its records none is looked at.
     *
     * @param bytes the whole file, of which the reader makes a copy
     * @throws MmdbException when the metadata cannot be read or names a layout that is not known
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

    /** Returns the maker's name for the kind of database. */
    String type() {
        return type;
    }

    /** Returns its type and the day of its build, such as {@code GeoLite2-Country 2026-01-31}. */
    String name() {
        return buildSeconds == 0
                ? type
                : type + " " + LocalDate.ofInstant(Instant.ofEpochSecond(buildSeconds), ZoneOffset.UTC);
    }

    /** Returns when it was built, in seconds of the epoch, 0 when it does not say. */
    long buildSeconds() {
        return buildSeconds;
    }

    /**
     * Returns the record for an address, null when there is none. A database of IPv4 alone has none for IPv6, which its
     * reader would look up by the first 32 bits.
     *
     * @param as the class of the record, which says what of it is read
     * @throws IOException and unchecked exceptions of the reader's, when the record cannot be read
     */
    <T> @Nullable T record(InetAddress address, Class<T> as) throws IOException {
        return v4Alone && address instanceof Inet6Address ? null : reader.get(address, as);
    }

    /** Returns the text, or null for one that is longer than that or has control characters: neither belongs in a log. */
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
}
