package dev.stillgate.fingerprint.text;

import java.util.Arrays;
import java.util.List;

/**
 * Keyed hash of a set of tool names, independent of their order and repetition. Only the first 1,024 names count. Not
 * thread-safe.
 */
final class ToolSet {
    private static final int MAX_NAMES = 1024;
    private static final int MAX_LENGTH = 256;

    private final long seed;
    private final long[] names = new long[MAX_NAMES];

    ToolSet(TextKey key) {
        seed = key.seed(12);
    }

    /** Returns the hash of a set of names, 0 for an empty one. */
    long hash(List<String> tools) {
        int count = Math.min(tools.size(), MAX_NAMES);
        if (count == 0) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            names[i] = name(tools.get(i));
        }
        Arrays.sort(names, 0, count);
        long h = seed;
        for (int i = 0; i < count; i++) {
            if (i == 0 || names[i] != names[i - 1]) {
                h = TextKey.fold(h ^ names[i], seed);
            }
        }
        return TextKey.notNone(h);
    }

    private long name(String name) {
        int length = Math.min(name.length(), MAX_LENGTH);
        long h = seed ^ name.length();
        for (int i = 0; i < length; i++) {
            h = TextKey.fold(h ^ name.charAt(i), seed);
        }
        return h;
    }
}
