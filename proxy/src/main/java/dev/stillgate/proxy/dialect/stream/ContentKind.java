package dev.stillgate.proxy.dialect.stream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How {@link ResponseContent} counts a string of the model's output. */
public enum ContentKind {
    /** Text of the assistant's turn. */
    TEXT,
    /** Arguments of a tool call. */
    TOOL,
    /** Thinking, names and all other strings. */
    ASIDE,
    /** Determined by the type of its event or content part. */
    BY_TYPE;

    private static final byte[] OUTPUT_TEXT = ascii("response.output_text.delta");
    private static final byte[] REFUSAL = ascii("response.refusal.delta");
    private static final byte[] REASONING = ascii("response.reasoning");
    private static final byte[] SOUND = ascii("response.audio");
    private static final byte[] REASONING_PART = ascii("reasoning");

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the kind of a Responses delta by the type of its event. */
    public static ContentKind ofDelta(byte[] buf, int start, int end) {
        if (startsWith(OUTPUT_TEXT, buf, start, end) || startsWith(REFUSAL, buf, start, end)) {
            return TEXT;
        }
        return startsWith(REASONING, buf, start, end) || startsWith(SOUND, buf, start, end) ? ASIDE : TOOL;
    }

    /** Returns the kind of the text of a Responses content part by the type of the part. */
    public static ContentKind ofPart(byte[] buf, int start, int end) {
        return startsWith(REASONING_PART, buf, start, end) ? ASIDE : TEXT;
    }

    private static boolean startsWith(byte[] prefix, byte[] buf, int start, int end) {
        return end - start >= prefix.length
                && Arrays.equals(prefix, 0, prefix.length, buf, start, start + prefix.length);
    }
}
