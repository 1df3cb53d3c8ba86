package dev.stillgate.fingerprint.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Assembles snapshots that arrive in parts, one at a time for each gateway, and keeps the newest complete one. A
 * snapshot with a lost part is discarded when the next one begins. Thread-safe.
 */
final class SnapshotAssembler {
    /** Maximum number of parts of a snapshot, of 48 KiB each. */
    static final int MAX_PARTS = 1024;

    private static final int MAX_NODES = 16;

    @GuardedBy("this")
    private final Map<String, Assembly> assemblies = new LinkedHashMap<>();

    @GuardedBy("this")
    private @Nullable Snapshot newest;

    /**
     * Order of snapshots: by term, then by number.
     *
     * @param term term of the leader, above those of all leaders before
     * @param number number of the snapshot in the term
     */
    record Version(long term, long number) {
        boolean isAfter(Version other) {
            return term != other.term ? term > other.term : number > other.number;
        }
    }

    /** Part {@code index} of {@code count} of a snapshot, counted from 0. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Part(Version version, int index, int count, byte[] bytes) {}

    /** A complete snapshot. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Snapshot(Version version, byte[] bytes) {}

    private static final class Assembly {
        private final Version version;
        private final byte[] @Nullable [] parts;
        private int missing;

        private Assembly(Version version, int count) {
            this.version = version;
            this.parts = new byte[count][];
            this.missing = count;
        }
    }

    /**
     * Adds a part of a gateway's snapshot.
     *
     * @throws IOException if the part is invalid
     */
    synchronized void add(String node, Part part) throws IOException {
        if (part.count < 1 || part.count > MAX_PARTS || part.index < 0 || part.index >= part.count) {
            throw new IOException("invalid part: " + part.index + " of " + part.count);
        }
        Assembly assembly = assemblies.get(node);
        if (assembly == null || !assembly.version.equals(part.version)) {
            assembly = new Assembly(part.version, part.count);
            assemblies.remove(node);
            assemblies.put(node, assembly);
            evictOldest();
        }
        if (assembly.parts.length != part.count) {
            throw new IOException("parts of one snapshot disagree on their number");
        }
        if (assembly.parts[part.index] == null) {
            assembly.parts[part.index] = part.bytes;
            assembly.missing--;
        }
        if (assembly.missing == 0) {
            assemblies.remove(node);
            if (newest == null || !newest.version.isAfter(assembly.version)) {
                newest = new Snapshot(assembly.version, join(assembly.parts));
            }
        }
    }

    @GuardedBy("this")
    private void evictOldest() {
        Iterator<Assembly> oldest = assemblies.values().iterator();
        while (assemblies.size() > MAX_NODES) {
            oldest.next();
            oldest.remove();
        }
    }

    private static byte[] join(byte[] @Nullable [] parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part == null ? 0 : part.length;
        }
        byte[] whole = new byte[length];
        int offset = 0;
        for (byte[] part : parts) {
            if (part != null) {
                System.arraycopy(part, 0, whole, offset, part.length);
                offset += part.length;
            }
        }
        return whole;
    }

    /** Returns the newest snapshot that was completed since the last call, null for none. */
    synchronized @Nullable Snapshot newest() {
        Snapshot snapshot = newest;
        newest = null;
        return snapshot;
    }
}
