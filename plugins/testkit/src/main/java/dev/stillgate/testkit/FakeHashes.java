package dev.stillgate.testkit;

import dev.stillgate.spi.ContextHashes;

/** Unkeyed hashes: the 64-bit FNV-1a hash of the text's significant prefix. */
enum FakeHashes implements ContextHashes {
    INSTANCE;

    @Override
    public long ofText(CharSequence text) {
        return hash(text, MIN_TEXT);
    }

    @Override
    public long ofId(CharSequence id) {
        return hash(id, 1);
    }

    private static long hash(CharSequence text, int least) {
        long hash = 0xcbf29ce484222325L;
        int count = 0;
        for (int i = 0; i < text.length() && count < TEXT_PREFIX; i++) {
            char c = text.charAt(i);
            if (c > ' ') {
                hash = (hash ^ c) * 0x100000001b3L;
                count++;
            }
        }
        return count < least ? NONE : hash == NONE ? 1 : hash;
    }
}
