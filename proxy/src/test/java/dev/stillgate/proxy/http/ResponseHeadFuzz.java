package dev.stillgate.proxy.http;

import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Fuzz target: wherever an upstream's response head is cut, the same is read, and no field can split the response. */
public final class ResponseHeadFuzz {
    private ResponseHeadFuzz() {}

    /** Runs the target on the position of the cut, followed by the upstream's bytes. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        String whole = read(bytes, bytes.length);
        String cut = read(bytes, 1 + (data[0] & 0xff) * bytes.length / 256);
        if (!whole.equals(cut)) {
            throw new IllegalStateException("read in two: " + cut + "\nread whole: " + whole);
        }
    }

    private static String read(byte[] bytes, int cut) {
        Http1Head head = new Http1Head();
        Http1HeadParser parser = Http1HeadParser.ofResponses(head, 64 * 1024);
        int first = Math.min(cut, bytes.length);
        try {
            boolean whole = parser.feed(Unpooled.wrappedBuffer(bytes, 0, first))
                    || parser.feed(Unpooled.wrappedBuffer(bytes, first, bytes.length - first));
            return whole ? described(head) : "open";
        } catch (BadMessage e) {
            return "refused";
        }
    }

    private static String described(Http1Head head) {
        StringBuilder seen = new StringBuilder().append(head.status());
        head.forEach((name, value) -> {
            if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || !value.matches("[\\t\\x20-\\x7e\\x80-\\xff]*")) {
                throw new IllegalStateException("a field that is none: " + name + ": " + value);
            }
            seen.append('|').append(name).append('=').append(value);
        });
        try {
            return seen.append(BodyFraming.ofResponse(head, false)).toString();
        } catch (BadMessage e) {
            return seen.append("refused").toString();
        }
    }
}
