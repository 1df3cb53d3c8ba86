package dev.stillgate.geo;

import java.nio.charset.StandardCharsets;

/**
 * What a MaxMind DB file says of itself.
 *
 * @param nodeCount the nodes of the search tree, from 1
 * @param recordBits the bits of each of a node's two records: 24, 28 or 32
 * @param ipVersion 4, or 6 for both
 * @param type the maker's name for the kind of database
 * @param buildSeconds when it was built, in seconds of the epoch, 0 when it does not say
 */
record MmdbMetadata(long nodeCount, int recordBits, int ipVersion, String type, long buildSeconds) {
    private static final byte[] NODE_COUNT = key("node_count");
    private static final byte[] RECORD_SIZE = key("record_size");
    private static final byte[] IP_VERSION = key("ip_version");
    private static final byte[] DATABASE_TYPE = key("database_type");
    private static final byte[] MAJOR_VERSION = key("binary_format_major_version");
    private static final byte[] BUILD_EPOCH = key("build_epoch");
    private static final int MAX_TYPE_BYTES = 128;

    /**
     * Reads the metadata that stands from a place to the end of the file.
     *
     * @throws MmdbException when it cannot be read or names a layout that is not known
     */
    static MmdbMetadata read(byte[] bytes, int start) throws MmdbException {
        MmdbCursor cursor = new MmdbCursor(bytes, start, bytes.length);
        long nodeCount = 0;
        long recordBits = 0;
        long ipVersion = 0;
        long major = 0;
        long build = 0;
        String type = "";
        int fields = cursor.openMap(start);
        for (int i = 0; i < fields; i++) {
            Field field = new Field(cursor, cursor.next(), cursor.next());
            nodeCount = field.numberOr(NODE_COUNT, nodeCount);
            recordBits = field.numberOr(RECORD_SIZE, recordBits);
            ipVersion = field.numberOr(IP_VERSION, ipVersion);
            major = field.numberOr(MAJOR_VERSION, major);
            build = field.numberOr(BUILD_EPOCH, build);
            type = field.textOr(DATABASE_TYPE, type);
        }
        check(major == 2, "format version " + major + ", and only 2 is known");
        check(recordBits == 24 || recordBits == 28 || recordBits == 32, "a record size of " + recordBits + " bits");
        check(ipVersion == 4 || ipVersion == 6, "an IP version of " + ipVersion);
        check(nodeCount > 0 && nodeCount <= Integer.MAX_VALUE, "a node count of " + nodeCount);
        check(!type.isEmpty(), "no database type");
        return new MmdbMetadata(nodeCount, (int) recordBits, (int) ipVersion, type, build);
    }

    private record Field(MmdbCursor cursor, int key, int value) {
        long numberOr(byte[] name, long other) throws MmdbException {
            return cursor.isText(key, name) ? cursor.number(value) : other;
        }

        String textOr(byte[] name, String other) throws MmdbException {
            String text = cursor.isText(key, name) ? cursor.text(value, MAX_TYPE_BYTES) : null;
            return text == null ? other : text;
        }
    }

    private static void check(boolean good, String what) throws MmdbException {
        if (!good) {
            throw new MmdbException("metadata with " + what);
        }
    }

    private static byte[] key(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
