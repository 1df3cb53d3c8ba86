package dev.stillgate.geo;

import dev.stillgate.spi.Counter;
import dev.stillgate.spi.GeoRefusal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Immutable set of the databases in use, until one of them is replaced.
 *
 * @param generation number of the snapshot, unique in the process
 * @param databases the databases in lookup order
 * @param names their names, separated by {@code ", "}
 */
record DatabaseSet(long generation, List<Database> databases, String names) {
    DatabaseSet {
        databases = List.copyOf(databases);
    }

    DatabaseSet(long generation, List<Database> databases) {
        this(
                generation,
                databases,
                databases.stream().map(database -> database.content().name()).collect(Collectors.joining(", ")));
    }

    /**
     * A database with its kind.
     *
     * @param errors counter of records that could not be read
     */
    record Database(DatabaseKind kind, MmdbDatabase content, Counter errors) {}

    /** Returns whether the snapshot consists of exactly the current content of the files. */
    boolean holds(List<DatabaseFile> files) {
        if (files.size() != databases.size()) {
            return false;
        }
        for (int i = 0; i < files.size(); i++) {
            if (files.get(i).good() != databases.get(i).content()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Looks an address up in all databases, a translated one by its embedded IPv4 address. A record that cannot be read is counted and ignored, although the probe
     * should have found it. Exceptions of the reader do not reach the request, except fatal errors of the virtual
     * machine.
     */
    Located locate(InetAddress address) {
        byte[] bytes = address.getAddress();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        boolean v4 = bytes.length == 4;
        long high = v4 ? 0 : buffer.getLong();
        long low = v4 ? buffer.getInt() & 0xffff_ffffL : buffer.getLong();
        LookupFields found = new LookupFields();
        InetAddress named = Located.embedsV4(high, low) ? v4(low) : address;
        for (Database database : databases) {
            ask(database, named, found);
        }
        GeoRefusal refusal = new GeoRefusal(found.facts(), names);
        return new Located(address, generation, v4, high, low, found.country, found.anonymisers, refusal);
    }

    private static InetAddress v4(long low) {
        try {
            return InetAddress.getByAddress(
                    ByteBuffer.allocate(4).putInt((int) low).array());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static void ask(Database database, InetAddress address, LookupFields found) {
        try {
            database.kind().read(database.content(), address, found);
        } catch (StackOverflowError e) {
            database.errors().increment();
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            database.errors().increment();
        }
    }
}
