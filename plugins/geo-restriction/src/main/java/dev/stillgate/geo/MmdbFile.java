package dev.stillgate.geo;

import java.nio.charset.StandardCharsets;

/**
 * One MaxMind DB file in heap memory: its metadata, its search tree and its data section. Immutable, so that a reader of
 * it never meets a closed or half-written file.
 *
 * <p>Source: the MaxMind DB file format specification, version 2.0.
 */
final class MmdbFile {
    /** What {@link #findV4} and {@link #findV6} return for an address without a record. */
    static final int NONE = -1;

    private static final byte[] MARKER = "\u00ab\u00cd\u00efMaxMind.com".getBytes(StandardCharsets.ISO_8859_1);
    /** The metadata stands within so many bytes of the end. */
    private static final int METADATA_REACH = 128 << 10;
    /** The zero bytes between tree and data. */
    private static final int SEPARATOR = 16;

    private final byte[] bytes;
    private final MmdbMetadata metadata;
    private final int nodes;
    private final int nodeBytes;
    private final int dataStart;
    private final int dataEnd;
    private final long ipv4Root;

    /**
     * A database from its bytes, which are kept and not copied.
     *
     * @throws MmdbException when the metadata or the layout is not that of a database; the records are not looked at
     */
    MmdbFile(byte[] bytes) throws MmdbException {
        this.bytes = bytes;
        this.dataEnd = marker(bytes);
        this.metadata = MmdbMetadata.read(bytes, dataEnd + MARKER.length);
        this.nodeBytes = metadata.recordBits() / 4;
        long tree = metadata.nodeCount() * nodeBytes;
        if (tree + SEPARATOR > dataEnd) {
            throw new MmdbException("a tree of " + metadata.nodeCount() + " nodes, larger than the file");
        }
        this.nodes = (int) metadata.nodeCount();
        this.dataStart = (int) tree + SEPARATOR;
        for (int i = (int) tree; i < dataStart; i++) {
            if (bytes[i] != 0) {
                throw new MmdbException("no separator after a tree of " + nodes + " nodes");
            }
        }
        this.ipv4Root = metadata.ipVersion() == 4 ? 0 : descend(0, 0, 0, 96);
    }

    MmdbMetadata metadata() {
        return metadata;
    }

    int nodes() {
        return nodes;
    }

    int dataStart() {
        return dataStart;
    }

    int dataEnd() {
        return dataEnd;
    }

    /** Returns a cursor over the data section. */
    MmdbCursor cursor() {
        return new MmdbCursor(bytes, dataStart, dataEnd);
    }

    /**
     * Returns the place of the record for an IPv4 address, or {@link #NONE}.
     *
     * @throws MmdbException when the tree leads out of the data section
     */
    int findV4(int address) throws MmdbException {
        return place(descend(ipv4Root, (long) address << 32, 0, 32));
    }

    /**
     * Returns the place of the record for an IPv6 address, or {@link #NONE}; always that in a database of IPv4 alone.
     *
     * @throws MmdbException when the tree leads out of the data section
     */
    int findV6(long high, long low) throws MmdbException {
        return metadata.ipVersion() == 4 ? NONE : place(descend(0, high, low, 128));
    }

    /**
     * Returns where the left (0) or right (1) record of a node leads: below the number of nodes to a node, at that number
     * to nothing, above it to data.
     */
    long record(int node, int side) {
        int at = node * nodeBytes;
        return switch (nodeBytes) {
            case 6 -> {
                at += 3 * side;
                yield (octet(at) << 16) | (octet(at + 1) << 8) | octet(at + 2);
            }
            case 7 -> {
                int middle = octet(at + 3);
                int top = side == 0 ? middle >>> 4 : middle & 0xf;
                at += 4 * side;
                yield (top << 24) | (octet(at) << 16) | (octet(at + 1) << 8) | octet(at + 2);
            }
            default -> {
                at += 4 * side;
                yield ((long) octet(at) << 24) | (octet(at + 1) << 16) | (octet(at + 2) << 8) | octet(at + 3);
            }
        };
    }

    /**
     * Returns the place in the file of the data that a record leads to, or {@link #NONE}.
     *
     * @throws MmdbException when it leads out of the data section
     */
    int place(long record) throws MmdbException {
        if (record <= nodes) {
            return NONE;
        }
        long offset = record - nodes - SEPARATOR;
        if (offset < 0 || offset >= dataEnd - dataStart) {
            throw new MmdbException("a record of the tree that leads out of the data section");
        }
        return dataStart + (int) offset;
    }

    private long descend(long from, long high, long low, int bits) {
        long record = from;
        for (int i = 0; i < bits && record < nodes; i++) {
            long word = i < 64 ? high : low;
            record = record((int) record, ((int) (word >>> (63 - (i & 63)))) & 1);
        }
        return record;
    }

    private int octet(int at) {
        return bytes[at] & 0xff;
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
