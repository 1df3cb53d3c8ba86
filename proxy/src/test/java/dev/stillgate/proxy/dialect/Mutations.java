package dev.stillgate.proxy.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Random mutations of a body, as a hostile or broken client might send them. */
public final class Mutations {
    private static final String[] TOKENS = {
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "data: ",
        "null",
        "0",
        "-1",
        "1e9",
        "\\u0061",
        "\\ud800",
        "\"usage\":",
        "\u00e9",
        "[DONE]",
        " "
    };

    private Mutations() {}

    /** Returns a copy of a body with one to four mutations. */
    public static byte[] mutate(byte[] body, Random random) {
        byte[] out = body;
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(out.length + 1);
            switch (random.nextInt(5)) {
                case 0 -> out = Arrays.copyOf(out, at);
                case 1 -> out = splice(out, at, Math.min(out.length, at + 1 + random.nextInt(8)), new byte[0]);
                case 2 ->
                    out = splice(out, at, at, TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.UTF_8));
                case 3 -> {
                    int from = random.nextInt(out.length + 1);
                    int to = Math.min(out.length, from + random.nextInt(60));
                    out = splice(out, at, at, Arrays.copyOfRange(out, from, to));
                }
                default -> {
                    out = out.clone();
                    if (out.length > 0) {
                        out[Math.min(at, out.length - 1)] = (byte) random.nextInt(256);
                    }
                }
            }
        }
        return out;
    }

    private static byte[] splice(byte[] body, int from, int to, byte[] with) {
        byte[] out = Arrays.copyOf(body, from + with.length + body.length - to);
        System.arraycopy(with, 0, out, from, with.length);
        System.arraycopy(body, to, out, from + with.length, body.length - to);
        return out;
    }
}
