package dev.stillgate.proxy.dialect.usage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a string that the model made is to whoever looks for prose in an answer. */
enum AnswerKind {
    /** Text of the assistant's turn. */
    TEXT,
    /** What a tool is called with. */
    TOOL,
    /** Thinking, names and the rest. */
    ASIDE,
    /** Not known before the type of its event, or of its part, is. */
    BY_TYPE;

    private static final byte[] OUTPUT_TEXT = ascii("response.output_text.delta");
    private static final byte[] REFUSAL = ascii("response.refusal.delta");
    private static final byte[] REASONING = ascii("response.reasoning");
    private static final byte[] SOUND = ascii("response.audio");
    private static final byte[] REASONING_PART = ascii("reasoning");

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns what the delta of an event of Responses is, by the event's type. */
    static AnswerKind ofDelta(byte[] buf, int start, int end) {
        if (begins(OUTPUT_TEXT, buf, start, end) || begins(REFUSAL, buf, start, end)) {
            return TEXT;
        }
        return begins(REASONING, buf, start, end) || begins(SOUND, buf, start, end) ? ASIDE : TOOL;
    }

    /** Returns what the text of a part of Responses is, by the part's type. */
    static AnswerKind ofPart(byte[] buf, int start, int end) {
        return begins(REASONING_PART, buf, start, end) ? ASIDE : TEXT;
    }

    private static boolean begins(byte[] with, byte[] buf, int start, int end) {
        return end - start >= with.length && Arrays.equals(with, 0, with.length, buf, start, start + with.length);
    }
}
