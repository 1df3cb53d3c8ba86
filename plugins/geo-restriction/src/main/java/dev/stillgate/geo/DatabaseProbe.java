package dev.stillgate.geo;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * The test that a file must pass before a request may meet it: metadata and every record that the tree leads to are
 * within bounds, and then each record is looked up once, as a request would. What passes cannot fail later, and a database
 * in the wrong place of the policy is found out because none of its records says anything.
 *
 * <p>The lookups, here and later, are those of MaxMind's reader. The bounds stay the plugin's own, because opening a file
 * with that reader and walking its networks is no test of a hostile one: {@link ValueCheck} and {@link SearchTree} say
 * what it does with such files, none of which catching its exceptions can undo.
 */
final class DatabaseProbe {
    /**
     * Cost of all records together, for each byte of data. Real databases stay below 6; only records laid over each other
     * on purpose come near, and the bound keeps such a file from taking minutes.
     */
    private static final long COST_PER_BYTE = 16;

    private static final long COST_AT_LEAST = 1 << 25;
    private static final byte[] MARKER = "\u00ab\u00cd\u00efMaxMind.com".getBytes(StandardCharsets.ISO_8859_1);
    /** The metadata stands within so many bytes of the end. */
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
     * Returns the database of these bytes.
     *
     * @throws MmdbException when it is corrupt, does not belong to that kind, or is more than the heap has room for
     */
    static MmdbDatabase check(DatabaseKind kind, byte[] bytes) throws MmdbException {
        try {
            int dataEnd = marker(bytes);
            int metadata = dataEnd + MARKER.length;
            new ValueCheck(bytes, metadata, bytes.length).check(metadata);
            MmdbDatabase database = MmdbDatabase.open(bytes);
            String type = database.type();
            if (!kind.fits(type)) {
                throw new MmdbException("a database of type " + type + ", which does not belong here");
            }
            SearchTree tree = new SearchTree(bytes, database.metadata(), dataEnd);
            DatabaseProbe probe = new DatabaseProbe(kind, database, bytes, tree.dataStart(), dataEnd);
            tree.walk(probe::read);
            if (!probe.says) {
                throw new MmdbException("a database of type " + type + ", no record of which names " + kind.finding());
            }
            return database;
        } catch (MmdbException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new MmdbException("a record that cannot be read", e);
        } catch (OutOfMemoryError e) {
            throw new MmdbException("a file of " + bytes.length + " bytes, for which the heap has no room");
        }
    }

    private void read(int place, byte[] address) throws IOException {
        if (seen.get(place - dataStart)) {
            return;
        }
        seen.set(place - dataStart);
        left -= values.check(place);
        if (left < 0) {
            throw new MmdbException("a data section whose records overlap more than a database's can");
        }
        says |= kind.read(database, exactly(address), new Findings());
    }

    /** Returns the address in the form that it has in the tree, where an IPv4 one written as IPv6 stays that. */
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
        throw new MmdbException("no MaxMind DB file: it has no metadata");
    }
}
