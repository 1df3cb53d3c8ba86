package dev.stillgate.proxy.listen;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a TLS ClientHello that identify the client (RFC 8446 section 4.1.2). GREASE values (RFC 8701) are
 * omitted; lists keep their order.
 *
 * @param version the highest version offered, from {@code supported_versions} if present
 * @param ciphers cipher suites
 * @param extensions types of all extensions
 * @param signatureAlgorithms values of the {@code signature_algorithms} extension
 * @param alpn the first application protocol, one character per byte; null if none is offered
 * @param serverName the requested server name in lower case; null if none
 */
record ClientHello(
        int version,
        List<Integer> ciphers,
        List<Integer> extensions,
        List<Integer> signatureAlgorithms,
        @Nullable String alpn,
        @Nullable String serverName) {
    static final int SERVER_NAME = 0;
    static final int SIGNATURE_ALGORITHMS = 13;
    static final int ALPN = 16;
    static final int SUPPORTED_VERSIONS = 43;
    private static final int RANDOM = 32;
    private static final int MAX_NAME_LENGTH = 253;

    /**
     * Parses the body of a ClientHello, without the handshake message header.
     *
     * @return null when a length is inconsistent or bytes are left over
     */
    static @Nullable ClientHello read(ByteBuf body) {
        try {
            return new Reader().hello(body.slice());
        } catch (IndexOutOfBoundsException e) {
            return null;
        }
    }

    /** Returns whether the value is a GREASE value (RFC 8701). */
    static boolean isGrease(int value) {
        return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
    }

    private static final class Reader {
        private final List<Integer> extensions = new ArrayList<>();
        private List<Integer> signatures = List.of();
        private int version;
        private @Nullable String alpn;
        private @Nullable String name;

        @Nullable
        ClientHello hello(ByteBuf in) {
            version = in.readUnsignedShort();
            in.skipBytes(RANDOM);
            in.skipBytes(in.readUnsignedByte());
            List<Integer> ciphers = numbers(in.readSlice(in.readUnsignedShort()));
            in.skipBytes(in.readUnsignedByte());
            if (in.isReadable()) {
                ByteBuf all = in.readSlice(in.readUnsignedShort());
                while (all.isReadable()) {
                    int type = all.readUnsignedShort();
                    extension(type, all.readSlice(all.readUnsignedShort()));
                }
            }
            return in.isReadable() ? null : new ClientHello(version, ciphers, extensions, signatures, alpn, name);
        }

        private void extension(int type, ByteBuf in) {
            if (isGrease(type)) {
                return;
            }
            extensions.add(type);
            switch (type) {
                case SERVER_NAME -> name = in.isReadable() ? serverName(in.readSlice(in.readUnsignedShort())) : null;
                case SIGNATURE_ALGORITHMS -> signatures = numbers(in.readSlice(in.readUnsignedShort()));
                case ALPN -> {
                    ByteBuf protocols = in.readSlice(in.readUnsignedShort());
                    if (protocols.isReadable()) {
                        alpn = text(protocols.readSlice(protocols.readUnsignedByte()));
                    }
                }
                case SUPPORTED_VERSIONS -> {
                    version = numbers(in.readSlice(in.readUnsignedByte())).stream()
                            .mapToInt(Integer::intValue)
                            .max()
                            .orElse(version);
                }
                default -> {}
            }
        }

        private static List<Integer> numbers(ByteBuf in) {
            List<Integer> numbers = new ArrayList<>(in.readableBytes() / 2);
            while (in.isReadable()) {
                int number = in.readUnsignedShort();
                if (!isGrease(number)) {
                    numbers.add(number);
                }
            }
            return numbers;
        }

        private static @Nullable String serverName(ByteBuf names) {
            while (names.isReadable()) {
                int kind = names.readUnsignedByte();
                String name = text(names.readSlice(names.readUnsignedShort()));
                if (kind == 0 && !name.isEmpty() && name.length() <= MAX_NAME_LENGTH) {
                    return name.toLowerCase(Locale.ROOT);
                }
            }
            return null;
        }

        private static String text(ByteBuf in) {
            return in.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
