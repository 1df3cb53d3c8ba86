package dev.stillgate.proxy.dialect.prose;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An event of a stream that carries a piece of text, less that text: what another event is made of when text is left at a
 * block's end. Texts and numbers stand in gaps.
 */
final class DeltaForm {
    /** The longest event that is kept, less its text. */
    static final int MOST = 8192;

    private static final byte[] DATA = ascii("data: ");
    private static final byte[] END = ascii("\n\n");

    private final byte[][] parts;
    private final int number;

    /**
     * A form.
     *
     * @param parts what stands around the gaps, one more than there are gaps
     * @param number which gap is the event's sequence number, -1 for none; the other one is the text's
     */
    DeltaForm(byte[][] parts, int number) {
        this.parts = parts;
        this.number = number;
    }

    /** Returns whether the event has a sequence number. */
    boolean isNumbered() {
        return number >= 0;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A form of one gap, for text. */
    static DeltaForm of(byte[] before, byte[] after) {
        return new DeltaForm(new byte[][] {before, after}, -1);
    }

    static byte[] cut(byte[] buf, int start, int end) {
        return Arrays.copyOfRange(buf, start, end);
    }

    /**
     * Writes the event.
     *
     * @param name its name, with what stands around it in its line
     * @param text what stands between the quotes of the text
     */
    void write(GrownBytes out, byte[] name, GrownBytes text, long sequence) {
        out.add(name);
        out.add(DATA);
        out.add(parts[0]);
        for (int gap = 0; gap + 1 < parts.length; gap++) {
            if (gap == number) {
                out.addNumber(sequence);
            } else {
                out.add(text, 0, text.length());
            }
            out.add(parts[gap + 1]);
        }
        out.add(END);
    }
}
