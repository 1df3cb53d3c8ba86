package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.BodyView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Keyed 64-bit hash of values that are counted but never shown; without the key, collisions cannot be searched for.
 * Each step multiplies to 128 bits and combines both halves (W. Yi, "wyhash", 2019). Thread-safe.
 */
public final class FeatureHasher {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private final long seed;
    private final long k0;
    private final long k1;

    /**
     * Creates a hasher.
     *
     * @param key at least 24 bytes, of which the first 24 are used
     */
    public FeatureHasher(byte[] key) {
        seed = (long) LONGS.get(key, 0);
        k0 = (long) LONGS.get(key, 8) | 1;
        k1 = (long) LONGS.get(key, 16) | 1;
    }

    long begin() {
        return seed;
    }

    long add(long hash, long word) {
        long a = word ^ k0;
        long b = hash ^ k1;
        return Math.unsignedMultiplyHigh(a, b) ^ a * b ^ Long.rotateLeft(word, 32);
    }

    long add(long hash, @Nullable CharSequence text) {
        if (text == null) {
            return add(hash, -1);
        }
        long sum = hash;
        long word = 0;
        for (int i = 0; i < text.length(); i++) {
            word = (word << 16) | text.charAt(i);
            if ((i & 3) == 3) {
                sum = add(sum, word);
                word = 0;
            }
        }
        return add(add(sum, word), text.length());
    }

    /** Finishes a hash; the result is never 0. */
    long end(long hash) {
        long mixed = add(add(hash, k1), seed);
        return mixed == 0 ? 1 : mixed;
    }

    /** Returns the hash of a text. */
    public long text(String text) {
        return end(add(begin(), text));
    }

    /** Returns the hash of an address's network: /24 of IPv4, /48 of IPv6. */
    long network(byte... address) {
        return prefix(address, address.length == 4 ? 3 : 6);
    }

    /** Returns the hash of an address's block: /16 of IPv4, /32 of IPv6. */
    long block(byte... address) {
        return prefix(address, address.length == 4 ? 2 : 4);
    }

    private long prefix(byte[] address, int count) {
        long word = count;
        for (int i = 0; i < count; i++) {
            word = (word << 8) | (address[i] & 0xff);
        }
        return end(add(begin(), word));
    }

    /** Returns the hash of a prompt's sampling parameters and switches, without the model. */
    long shape(BodyView.Chat chat) {
        long switches = (chat.stream() ? 1 : 0)
                | (chat.logprobs() ? 2 : 0)
                | (chat.structuredOutput() ? 4 : 0)
                | (chat.thinking() ? 8 : 0)
                | chat.choices() << 8;
        long hash = add(begin(), switches);
        hash = add(hash, chat.maxTokens());
        hash = add(hash, Double.doubleToLongBits(chat.temperature()));
        return end(add(hash, Double.doubleToLongBits(chat.topP())));
    }
}
