package dev.stillgate.fingerprint.fleet;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts copies together that come in parts, one at a time of each gateway, and keeps the newest whole one. A copy of which a
 * part is lost is given up when the next one begins. Any thread.
 */
final class SnapshotAssembler {
    /** The most parts of a copy, of 48 KiB each. */
    static final int MOST_PARTS = 1024;

    private static final int MOST_NODES = 16;
    private final Map<String, Assembly> assemblies = new LinkedHashMap<>();
    private @Nullable Copy newest;

    /**
     * Which of two copies is the newer one.
     *
     * @param term the leader's, above those of all leaders before it
     * @param number that of the copy in the term
     */
    record Version(long term, long number) {
        boolean isAfter(Version other) {
            return term != other.term ? term > other.term : number > other.number;
        }
    }

    /** A part of a copy, the {@code index}-th of {@code count} from 0. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Part(Version version, int index, int count, byte[] bytes) {}

    /** A whole copy. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Copy(Version version, byte[] bytes) {}

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

    /** Takes a part of a gateway's copy. */
    synchronized void take(String node, Part part) throws IOException {
        if (part.count < 1 || part.count > MOST_PARTS || part.index < 0 || part.index >= part.count) {
            throw new IOException("part " + part.index + " of " + part.count);
        }
        Assembly assembly = assemblies.get(node);
        if (assembly == null || !assembly.version.equals(part.version)) {
            assembly = new Assembly(part.version, part.count);
            assemblies.remove(node);
            assemblies.put(node, assembly);
            bound();
        }
        if (assembly.parts.length != part.count) {
            throw new IOException("parts of one copy that differ in their number");
        }
        if (assembly.parts[part.index] == null) {
            assembly.parts[part.index] = part.bytes;
            assembly.missing--;
        }
        if (assembly.missing == 0) {
            assemblies.remove(node);
            if (newest == null || !newest.version.isAfter(assembly.version)) {
                newest = new Copy(assembly.version, join(assembly.parts));
            }
        }
    }

    private void bound() {
        Iterator<Assembly> oldest = assemblies.values().iterator();
        while (assemblies.size() > MOST_NODES) {
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
        int at = 0;
        for (byte[] part : parts) {
            if (part != null) {
                System.arraycopy(part, 0, whole, at, part.length);
                at += part.length;
            }
        }
        return whole;
    }

    /** Returns the newest whole copy that came since the last call, null when none did. */
    synchronized @Nullable Copy newest() {
        Copy copy = newest;
        newest = null;
        return copy;
    }
}
