package dev.stillgate.proxy.listen;

import io.netty.buffer.Unpooled;
import java.util.regex.Pattern;

/** Fuzz target: a ClientHello is rejected, or its JA4 has the specified format. */
public final class ClientHelloFuzz {
    private static final Pattern SHAPE =
            Pattern.compile("t[0-9sd][0-9][di][0-9]{4}[0-9a-zA-Z]{2}_[0-9a-f]{12}_[0-9a-f]{12}");

    private ClientHelloFuzz() {}

    /** Runs the target on the body of a ClientHello. */
    public static void fuzzerTestOneInput(byte[] data) {
        ClientHello hello = ClientHello.read(Unpooled.wrappedBuffer(data));
        if (hello != null && !SHAPE.matcher(Ja4.of(hello)).matches()) {
            throw new IllegalStateException(Ja4.of(hello) + " of " + hello);
        }
    }
}
