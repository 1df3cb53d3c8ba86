package dev.stillgate.geo;

import java.util.BitSet;

/**
 * The test that a file must pass before a request may meet it: every record of the tree leads to a node, to nothing or
 * into the data section, and every record of data that the tree reaches is read once, as a lookup would. What passes
 * cannot fail later, and a database in the wrong place of the policy is found out because none of its records says
 * anything.
 */
final class DatabaseProbe {
    /**
     * Values read in all, for each byte of data. Real databases stay below 2; only records laid over each other on
     * purpose come near, and the bound keeps such a file from taking minutes.
     */
    private static final long VALUES_PER_BYTE = 16;

    private static final long VALUES_AT_LEAST = 1 << 16;

    private DatabaseProbe() {}

    /**
     * Returns the database of these bytes.
     *
     * @throws MmdbException when it is corrupt or does not belong to that kind
     */
    static MmdbFile check(DatabaseKind kind, byte[] bytes) throws MmdbException {
        try {
            MmdbFile file = new MmdbFile(bytes);
            String type = file.metadata().type();
            if (!kind.fits(type)) {
                throw new MmdbException("a database of type " + type + ", which does not belong here");
            }
            if (!readAll(kind, file)) {
                throw new MmdbException("a database of type " + type + ", no record of which names " + kind.finding());
            }
            lookUp(file);
            return file;
        } catch (IndexOutOfBoundsException e) {
            throw new MmdbException("a layout that leads out of the file");
        }
    }

    private static boolean readAll(DatabaseKind kind, MmdbFile file) throws MmdbException {
        MmdbCursor cursor = file.cursor();
        BitSet read = new BitSet();
        long left = Math.max(VALUES_AT_LEAST, VALUES_PER_BYTE * (file.dataEnd() - file.dataStart()));
        boolean says = false;
        for (int node = 0; node < file.nodes(); node++) {
            for (int side = 0; side <= 1; side++) {
                int place = file.place(file.record(node, side));
                if (place == MmdbFile.NONE || read.get(place - file.dataStart())) {
                    continue;
                }
                read.set(place - file.dataStart());
                cursor.begin();
                says |= kind.read(cursor, place, new Findings());
                left -= cursor.values();
                if (left < 0) {
                    throw new MmdbException("a data section whose records overlap more than a database's can");
                }
            }
        }
        return says;
    }

    /** Looks up addresses all over both families, so that the way down the tree is walked as well. */
    private static void lookUp(MmdbFile file) throws MmdbException {
        for (int i = 0; i < 256; i++) {
            file.findV4((i << 24) | i);
            file.findV6(((long) i) << 56, i);
        }
    }
}
