package dev.stillgate.fingerprint.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Assembles snapshots that arrive in parts, one at a time for each gateway, and keeps the newest complete one of each. A
 * snapshot with a lost part is discarded when the next one of its gateway begins. Thread-safe.
 */
final class SnapshotAssembler {
    /** Maximum number of parts of a snapshot, of 48 KiB each. */
    static final int MAX_PARTS = 1024;

    /** A leader and the next one. A bound on memory too, since each may hold all its parts. */
    private static final int MAX_NODES = 2;

    /** Time without a part after which a snapshot makes room for that of another gateway. */
    static final Duration MAX_IDLE = Duration.ofSeconds(10);

    @GuardedBy("this")
    private final Map<String, Assembly> assemblies = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Map<String, Snapshot> complete = new LinkedHashMap<>();

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
        private long lastPart;

        private Assembly(Version version, int count) {
            this.version = version;
            this.parts = new byte[count][];
            this.missing = count;
        }
    }

    /**
     * Adds a part of a gateway's snapshot. It is ignored while those of other gateways are arriving: room is not taken from
     * them, or none would ever be complete.
     *
     * @param nanos the present time
     * @throws IOException if the part is invalid
     */
    synchronized void add(String node, Part part, long nanos) throws IOException {
        if (part.count < 1 || part.count > MAX_PARTS || part.index < 0 || part.index >= part.count) {
            throw new IOException("invalid part: " + part.index + " of " + part.count);
        }
        Assembly assembly = assemblies.get(node);
        if (assembly == null || !assembly.version.equals(part.version)) {
            assemblies.remove(node);
            if (assemblies.size() >= MAX_NODES) {
                assemblies.values().removeIf(other -> nanos - other.lastPart > MAX_IDLE.toNanos());
            }
            if (assemblies.size() >= MAX_NODES) {
                return;
            }
            assembly = new Assembly(part.version, part.count);
            assemblies.put(node, assembly);
        }
        if (assembly.parts.length != part.count) {
            throw new IOException("parts of one snapshot disagree on their number");
        }
        assembly.lastPart = nanos;
        if (assembly.parts[part.index] == null) {
            assembly.parts[part.index] = part.bytes;
            assembly.missing--;
        }
        if (assembly.missing == 0) {
            assemblies.remove(node);
            keep(node, new Snapshot(assembly.version, join(assembly.parts)));
        }
    }

    /** Keeps a complete snapshot unless the gateway had a newer one; of too many gateways, the oldest is discarded. */
    @GuardedBy("this")
    private void keep(String node, Snapshot snapshot) {
        complete.merge(node, snapshot, (one, other) -> one.version.isAfter(other.version) ? one : other);
        if (complete.size() > MAX_NODES) {
            complete.remove(complete.keySet().iterator().next());
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

    /** Returns the snapshots that were completed since the last call, the newest one last. */
    synchronized List<Snapshot> take() {
        List<Snapshot> taken = new ArrayList<>(complete.values());
        complete.clear();
        taken.sort(
                (one, other) -> one.version.isAfter(other.version) ? 1 : other.version.isAfter(one.version) ? -1 : 0);
        return taken;
    }
}
