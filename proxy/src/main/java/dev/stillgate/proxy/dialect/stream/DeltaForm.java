package dev.stillgate.proxy.dialect.stream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Template of a stream event that delivers a piece of text, with gaps for the text and the sequence number. It is taken
 * from an event of the upstream and used to insert another one at the end of a block. Immutable.
 */
public final class DeltaForm {
    /** Limit of the length of an event that is kept as a template, without its text. */
    public static final int MOST = 8192;

    private static final byte[] DATA = ascii("data: ");
    private static final byte[] END = ascii("\n\n");

    private final byte[][] parts;
    private final int number;

    /**
     * Creates a template.
     *
     * @param parts the bytes around the gaps, one part more than there are gaps
     * @param number index of the gap for the sequence number, -1 for none; the other gap is for the text
     */
    public DeltaForm(byte[][] parts, int number) {
        this.parts = parts;
        this.number = number;
    }

    /** Returns whether the event has a sequence number. */
    public boolean isNumbered() {
        return number >= 0;
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns a template with one gap, for the text. */
    public static DeltaForm of(byte[] before, byte[] after) {
        return new DeltaForm(new byte[][] {before, after}, -1);
    }

    public static byte[] cut(byte[] buf, int start, int end) {
        return Arrays.copyOfRange(buf, start, end);
    }

    /**
     * Writes an event.
     *
     * @param name the complete {@code event:} line; empty for events without a name
     * @param text the text as the content of a JSON string, without quotes
     * @param sequence the sequence number, ignored without a gap for it
     */
    public void write(GrownBytes out, byte[] name, GrownBytes text, long sequence) {
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
