package dev.stillgate.geo;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Validation of a database file before it is used: metadata and all records reachable from the search tree must be
 * within bounds, and each record is looked up once as for a request. A database that passes cannot fail later. A
 * database of the wrong kind is rejected because none of its records has a usable field.
 *
 * <p>Lookups use MaxMind's reader. The bounds are checked by the plugin's own {@link ValueCheck} and {@link
 * SearchTree}, because MaxMind's reader can exhaust heap, stack or time on a malicious file.
 */
final class DatabaseProbe {
    /**
     * Bound on the total cost of all records, per byte of data. Real databases stay below 6; only a file with
     * deliberately overlapping records exceeds the bound, and would take minutes to read.
     */
    private static final long COST_PER_BYTE = 16;

    private static final long COST_AT_LEAST = 1 << 25;
    private static final byte[] MARKER = "\u00ab\u00cd\u00efMaxMind.com".getBytes(StandardCharsets.ISO_8859_1);
    /** Number of bytes at the end of a file that contain the metadata. */
    private static final int METADATA_REACH = 128 << 10;

    private final DatabaseKind kind;
    private final MmdbDatabase database;
    private final ValueCheck values;
    private final int dataStart;
    private final BitSet seen = new BitSet();
    private long left;
    private boolean says;

    private DatabaseProbe(DatabaseKind kind, MmdbDatabase database, byte[] bytes, int dataStart, int dataEnd) {
        this.kind = kind;
        this.database = database;
        this.values = new ValueCheck(bytes, dataStart, dataEnd);
        this.dataStart = dataStart;
        this.left = Math.max(COST_AT_LEAST, COST_PER_BYTE * (dataEnd - dataStart));
    }

    /**
     * Validates the bytes of a file and returns its database.
     *
     * @throws MmdbException if it is corrupt, of another kind, or larger than the free heap
     */
    static MmdbDatabase check(DatabaseKind kind, byte[] bytes) throws MmdbException {
        try {
            int dataEnd = marker(bytes);
            int metadata = dataEnd + MARKER.length;
            new ValueCheck(bytes, metadata, bytes.length).check(metadata);
            MmdbDatabase database = MmdbDatabase.open(bytes);
            String type = database.type();
            if (!kind.fits(type)) {
                throw new MmdbException("a database of type " + type + ", which is of another kind");
            }
            SearchTree tree = new SearchTree(bytes, database.metadata(), dataEnd);
            DatabaseProbe probe = new DatabaseProbe(kind, database, bytes, tree.dataStart(), dataEnd);
            tree.walk(probe::read);
            if (!probe.says) {
                throw new MmdbException(
                        "a database of type " + type + ", without any record that names " + kind.finding());
            }
            return database;
        } catch (MmdbException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new MmdbException("a record that cannot be read", e);
        } catch (OutOfMemoryError e) {
            throw new MmdbException("a file of " + bytes.length + " bytes, more than the free heap can hold");
        }
    }

    private void read(int place, byte[] address) throws IOException {
        if (seen.get(place - dataStart)) {
            return;
        }
        seen.set(place - dataStart);
        left -= values.check(place);
        if (left < 0) {
            throw new MmdbException("a data section with more overlapping records than a real database has");
        }
        says |= kind.read(database, exactly(address), new LookupFields());
    }

    /** Returns the address as in the tree; an IPv4-mapped IPv6 address stays IPv6. */
    private static InetAddress exactly(byte[] address) throws IOException {
        return address.length == 4 ? InetAddress.getByAddress(address) : Inet6Address.getByAddress(null, address, -1);
    }

    private static int marker(byte[] bytes) throws MmdbException {
        int lowest = Math.max(0, bytes.length - METADATA_REACH);
        for (int at = bytes.length - MARKER.length; at >= lowest; at--) {
            int i = 0;
            while (i < MARKER.length && bytes[at + i] == MARKER[i]) {
                i++;
            }
            if (i == MARKER.length) {
                return at;
            }
        }
        throw new MmdbException("not a MaxMind DB file: the metadata is missing");
    }
}
