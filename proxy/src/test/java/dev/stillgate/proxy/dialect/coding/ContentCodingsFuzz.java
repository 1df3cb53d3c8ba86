package dev.stillgate.proxy.dialect.coding;

import dev.stillgate.proxy.json.MalformedBody;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Fuzz target for encoded bodies: the output stays within its limits, and gzip agrees with the JDK. */
public final class ContentCodingsFuzz {
    private static final List<String> CODINGS = List.of("gzip", "br", "zstd", "identity");
    private static final int MOST = 200_000;
    private static final int RATIO = 100;

    private ContentCodingsFuzz() {}

    /** The input is the coding, followed by the body. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        String coding = CODINGS.get(data[0] & 3);
        byte[] body = Arrays.copyOfRange(data, 1, data.length);
        try {
            ContentCodings.Decoded plain = ContentCodings.decode(coding, body, 0, body.length, MOST, RATIO);
            long bound = Math.max(ContentCodings.RATIO_FREE_BYTES, (long) body.length * RATIO);
            if (plain.len() > Math.min(MOST, bound)) {
                throw new IllegalStateException(plain.len() + " bytes of " + body.length);
            }
            if (coding.equals("gzip")) {
                byte[] other = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
                int from = plain.off();
                if (!Arrays.equals(other, Arrays.copyOfRange(plain.bytes(), from, from + plain.len()))) {
                    throw new IllegalStateException("the JDK decodes a different text");
                }
            }
        } catch (MalformedBody refused) {
            // rejected, so never forwarded
        } catch (IOException e) {
            throw new IllegalStateException("the JDK rejects the body", e);
        }
    }
}
