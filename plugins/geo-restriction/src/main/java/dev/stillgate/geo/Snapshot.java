package dev.stillgate.geo;

import dev.stillgate.spi.Counter;
import dev.stillgate.spi.GeoRefusal;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The databases that are in force together, until one of them is replaced.
 *
 * @param generation a number that no other snapshot of the process has
 * @param databases the databases, in the order in which they are asked
 * @param names their names, separated by {@code ", "}
 */
record Snapshot(long generation, List<Database> databases, String names) {
    Snapshot {
        databases = List.copyOf(databases);
    }

    Snapshot(long generation, List<Database> databases) {
        this(
                generation,
                databases,
                databases.stream().map(database -> database.content().name()).collect(Collectors.joining(", ")));
    }

    /**
     * One database and the place it stands in.
     *
     * @param errors counts records that could not be read
     */
    record Database(DatabaseKind kind, MmdbDatabase content, Counter errors) {}

    /** Returns whether these are the very same databases. */
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
     * Returns what the databases say of an address. A record that cannot be read, which the probe should have found, is
     * counted and says nothing; nothing that a reader throws reaches a request, save that the virtual machine is at its
     * end.
     */
    Located locate(InetAddress address) {
        byte[] bytes = address.getAddress();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        boolean v4 = bytes.length == 4;
        long high = v4 ? 0 : buffer.getLong();
        long low = v4 ? buffer.getInt() & 0xffff_ffffL : buffer.getLong();
        Findings found = new Findings();
        for (Database database : databases) {
            ask(database, address, found);
        }
        GeoRefusal refusal = new GeoRefusal(found.facts(), names);
        return new Located(address, generation, v4, high, low, found.country, found.anonymisers, refusal);
    }

    private static void ask(Database database, InetAddress address, Findings found) {
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
