package dev.stillgate.fingerprint.text;

import java.util.Arrays;
import java.util.List;

/** The keyed hash of a set of tools' names: neither order nor repetition changes it. The first 1,024 names count. */
final class ToolSet {
    private static final int MOST = 1024;
    private static final int LONGEST = 256;

    private final long seed;
    private final long[] names = new long[MOST];

    ToolSet(TextKey key) {
        seed = key.seed(12);
    }

    /** Returns the hash of a set of names, 0 for none. */
    long hash(List<String> tools) {
        int count = Math.min(tools.size(), MOST);
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
        int length = Math.min(name.length(), LONGEST);
        long h = seed ^ name.length();
        for (int i = 0; i < length; i++) {
            h = TextKey.fold(h ^ name.charAt(i), seed);
        }
        return h;
    }
}
