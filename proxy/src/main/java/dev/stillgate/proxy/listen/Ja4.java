package dev.stillgate.proxy.listen;

import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JA4 fingerprint of a TLS client over TCP (FoxIO, JA4 technical details, BSD 3-Clause). It is a hint at the client's
 * software and no proof: a client can send any ClientHello.
 */
final class Ja4 {
    private static final String NOTHING = "000000000000";
    private static final int HASH_BYTES = 6;
    private static final int FIELD_WIDTH = 5; // four hex digits and a separator
    private static final int MAX_COUNT = 99;

    private Ja4() {}

    /** Returns the fingerprint, for example {@code t13d1516h2_8daaf6152771_e5627efa2ab1}. */
    static String of(ClientHello hello) {
        boolean named = hello.extensions().contains(ClientHello.SERVER_NAME);
        return "t" + version(hello.version()) + (named ? 'd' : 'i') + count(hello.ciphers())
                + count(hello.extensions()) + protocol(hello.alpn()) + '_'
                + hash(ciphers(hello)) + '_' + hash(extensions(hello));
    }

    private static String version(int version) {
        return switch (version) {
            case 0x0304 -> "13";
            case 0x0303 -> "12";
            case 0x0302 -> "11";
            case 0x0301 -> "10";
            case 0x0300 -> "s3";
            case 0x0002 -> "s2";
            case 0xfeff -> "d1";
            case 0xfefd -> "d2";
            case 0xfefc -> "d3";
            default -> "00";
        };
    }

    private static String count(List<Integer> values) {
        int count = Math.min(MAX_COUNT, values.size());
        return (count < 10 ? "0" : "") + count;
    }

    /**
     * Returns the first and last character of the protocol's name, or of its hex form if one of them is not
     * alphanumeric.
     */
    private static String protocol(@Nullable String alpn) {
        if (alpn == null || alpn.isEmpty()) {
            return "00";
        }
        char first = alpn.charAt(0);
        char last = alpn.charAt(alpn.length() - 1);
        if (isAlphanumeric(first) && isAlphanumeric(last)) {
            return "" + first + last;
        }
        String hex = HexFormat.of().formatHex(alpn.getBytes(StandardCharsets.ISO_8859_1));
        return "" + hex.charAt(0) + hex.charAt(hex.length() - 1);
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static byte[] ciphers(ClientHello hello) {
        return list(sorted(hello.ciphers(), false), List.of());
    }

    private static byte[] extensions(ClientHello hello) {
        return list(sorted(hello.extensions(), true), hello.signatureAlgorithms());
    }

    private static int[] sorted(List<Integer> values, boolean withoutNames) {
        int[] sorted = new int[values.size()];
        int count = 0;
        for (int value : values) {
            if (!withoutNames || (value != ClientHello.SERVER_NAME && value != ClientHello.ALPN)) {
                sorted[count++] = value;
            }
        }
        Arrays.sort(sorted, 0, count);
        return Arrays.copyOf(sorted, count);
    }

    /**
     * Returns the sorted values as comma-separated hex, followed by {@code _} and the values of {@code more} in their
     * own order.
     */
    private static byte[] list(int[] sorted, List<Integer> more) {
        byte[] text = new byte[FIELD_WIDTH * (sorted.length + more.size())];
        int length = 0;
        for (int value : sorted) {
            length = hex(text, length, value);
        }
        if (!more.isEmpty() && length > 0) {
            text[length - 1] = '_';
        }
        for (int value : more) {
            length = hex(text, length, value);
        }
        return length == 0 ? text : Arrays.copyOf(text, length - 1);
    }

    private static int hex(byte[] text, int at, int value) {
        for (int i = 0; i < FIELD_WIDTH - 1; i++) {
            text[at + i] = (byte) Character.forDigit((value >> (4 * (3 - i))) & 15, 16);
        }
        text[at + FIELD_WIDTH - 1] = ',';
        return at + FIELD_WIDTH;
    }

    private static String hash(byte[] text) {
        if (text.length == 0) {
            return NOTHING;
        }
        return HexFormat.of().formatHex(Digests.sha256(text), 0, HASH_BYTES);
    }
}
