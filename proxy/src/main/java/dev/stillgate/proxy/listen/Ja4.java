package dev.stillgate.proxy.listen;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JA4 fingerprint of a TLS client over TCP (FoxIO, technical details of JA4, BSD 3-Clause): what of the greeting is the
 * software's and not the connection's. It is a hint of what calls, never a proof: a client can send what it likes.
 */
final class Ja4 {
    private static final String NOTHING = "000000000000";
    private static final int HASH_DIGITS = 12;
    private static final int MOST_COUNTED = 99;

    private Ja4() {}

    /** Returns the fingerprint, such as {@code t13d1516h2_8daaf6152771_e5627efa2ab1}. */
    static String of(ClientHello hello) {
        boolean named = hello.extensions().contains(ClientHello.SERVER_NAME);
        return "t" + version(hello.version()) + (named ? 'd' : 'i') + count(hello.ciphers())
                + count(hello.extensions()) + protocol(hello.alpn()) + '_'
                + hash(sorted(hello.ciphers().stream())) + '_' + hash(extensions(hello));
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
        int count = Math.min(MOST_COUNTED, values.size());
        return (count < 10 ? "0" : "") + count;
    }

    /** Returns first and last character of a protocol's name, or of its hex digits when one of them is no letter or digit. */
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

    private static String extensions(ClientHello hello) {
        String types = sorted(hello.extensions().stream()
                .filter(type -> type != ClientHello.SERVER_NAME && type != ClientHello.ALPN));
        String algorithms = hello.signatureAlgorithms().stream().map(Ja4::hex).collect(Collectors.joining(","));
        return algorithms.isEmpty() ? types : types + '_' + algorithms;
    }

    private static String sorted(Stream<Integer> values) {
        return values.sorted().map(Ja4::hex).collect(Collectors.joining(","));
    }

    private static String hex(int value) {
        return HexFormat.of().toHexDigits((short) value);
    }

    private static String hash(String text) {
        if (text.isEmpty()) {
            return NOTHING;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
