package dev.stillgate.proxy.listen;

import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Fuzz target: a PROXY protocol header is parsed the same from any prefix that contains it. */
public final class ProxyHeaderFuzz {
    private ProxyHeaderFuzz() {}

    /** Runs the target on the bytes of a load balancer. */
    public static void fuzzerTestOneInput(byte[] data) {
        String whole = read(data);
        for (int length = 0; length < data.length; length++) {
            String part = read(Arrays.copyOf(data, length));
            if (!part.equals("more") && !part.equals(whole)) {
                throw new IllegalStateException(part + " of " + length + " bytes, " + whole + " of all");
            }
        }
    }

    private static String read(byte[] bytes) {
        try {
            ProxyHeader header = ProxyHeader.read(Unpooled.wrappedBuffer(bytes));
            if (header == null) {
                return "more";
            }
            if (header.length() > bytes.length || header.length() > ProxyHeader.MAX_V2) {
                throw new IllegalStateException("a header of " + header.length() + " in " + bytes.length + " bytes");
            }
            return header.toString();
        } catch (BadProxyHeader refused) {
            return "refused";
        }
    }
}
