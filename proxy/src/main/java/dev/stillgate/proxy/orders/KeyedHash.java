package dev.stillgate.proxy.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The first 128 bits of an HMAC-SHA-256, in hexadecimal digits. Thread-safe. */
public final class KeyedHash implements UnaryOperator<String> {
    private static final int BYTES = 16;
    private final Mac prototype;

    public KeyedHash(byte[] key) {
        try {
            prototype = Mac.getInstance("HmacSHA256");
            prototype.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 is not available in this Java runtime", e);
        }
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
