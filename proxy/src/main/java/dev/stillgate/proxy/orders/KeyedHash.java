package dev.stillgate.proxy.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stillgate.spi.files.Digests;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;

/** The first 128 bits of an HMAC-SHA-256, in hexadecimal digits. Thread-safe. */
public final class KeyedHash implements UnaryOperator<String> {
    private static final int BYTES = 16;
    private final Mac prototype;

    public KeyedHash(byte[] key) {
        prototype = Digests.hmac(key);
    }

    @Override
    public String apply(String text) {
        try {
            Mac mac = (Mac) prototype.clone();
            return HexFormat.of().formatHex(Arrays.copyOf(mac.doFinal(text.getBytes(UTF_8)), BYTES));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("HMAC-SHA-256 cannot be copied in this Java runtime", e);
        }
    }
}
