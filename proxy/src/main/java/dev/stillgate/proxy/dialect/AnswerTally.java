package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an answer has reported so far. Of counts the last value of each field holds; of ids and models the first that is
 * not empty. JSON lines are answers of their own, whose counts are added up.
 */
final class AnswerTally {
    private static final int MAX_NAME = 128;
    private static final long MAX_SUM = 1L << 60;
    private static final byte[] MESSAGE_STOP = ascii("message_stop");
    private static final byte[] ERROR = ascii("error");
    private static final byte[] COMPLETED = ascii("response.completed");
    private static final byte[] INCOMPLETE = ascii("response.incomplete");
    private static final byte[] FAILED = ascii("response.failed");

    private final long[] counts = new long[AnswerPaths.COUNTS];
    private final long[] sums = new long[AnswerPaths.COUNTS];
    private final byte[] id = new byte[MAX_NAME];
    private final byte[] model = new byte[MAX_NAME];
    private int idLength;
    private int modelLength;
    private boolean last;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Starts over on another answer. */
    void reset() {
        Arrays.fill(counts, -1);
        Arrays.fill(sums, -1);
        idLength = 0;
        modelLength = 0;
        last = false;
    }

    /** Takes a count at its path. */
    void count(int field, long value) {
        counts[field] = value;
    }

    /** Returns whether the string at a path would be looked at; ids and models are once they are known no longer. */
    boolean wants(int field) {
        return switch (field) {
            case AnswerPaths.TYPE -> true;
            case AnswerPaths.ID -> idLength == 0;
            case AnswerPaths.MODEL -> modelLength == 0;
            default -> false;
        };
    }

    /** Takes a string at its path, decoded. */
    void text(int field, byte[] buf, int start, int end) {
        switch (field) {
            case AnswerPaths.TYPE -> last |= isLast(buf, start, end);
            case AnswerPaths.ID -> idLength = keep(id, buf, start, end);
            case AnswerPaths.MODEL -> modelLength = keep(model, buf, start, end);
            default -> throw new IllegalArgumentException("no field of text: " + field);
        }
    }

    private static int keep(byte[] into, byte[] buf, int start, int end) {
        int length = end - start;
        if (length > MAX_NAME) {
            return 0;
        }
        System.arraycopy(buf, start, into, 0, length);
        return length;
    }

    private static boolean isLast(byte[] buf, int start, int end) {
        return switch (end - start) {
            case 5 -> same(ERROR, buf, start, end);
            case 12 -> same(MESSAGE_STOP, buf, start, end);
            case 15 -> same(FAILED, buf, start, end);
            case 18 -> same(COMPLETED, buf, start, end);
            case 19 -> same(INCOMPLETE, buf, start, end);
            default -> false;
        };
    }

    private static boolean same(byte[] text, byte[] buf, int start, int end) {
        return Arrays.equals(text, 0, text.length, buf, start, end);
    }

    /** Takes note that the document is the last of its stream: an error, or the mark of the end. */
    void markLast() {
        last = true;
    }

    /** Returns whether the document is the last of its stream, and forgets it. */
    boolean takeLast() {
        boolean was = last;
        last = false;
        return was;
    }

    /** Adds the counts of a line to the sum, or drops them when the line was not whole. */
    void endLine(boolean whole) {
        for (int i = 0; i < counts.length; i++) {
            if (whole) {
                sums[i] = sum(i);
            }
            counts[i] = -1;
        }
    }

    private long sum(int field) {
        long sum = sums[field];
        long count = counts[field];
        return count < 0 ? sum : sum < 0 ? count : Math.min(sum + count, MAX_SUM);
    }

    /** Returns the usage so far, {@link Usage#NONE} when there is none; with the line that is read, when it is whole. */
    Usage usage(boolean whole) {
        boolean none = true;
        for (int i = 0; i < counts.length; i++) {
            none &= sums[i] < 0 && (counts[i] < 0 || !whole);
        }
        if (none) {
            return Usage.NONE;
        }
        return new Usage(
                Usage.Source.EXACT,
                total(AnswerPaths.INPUT, whole),
                total(AnswerPaths.OUTPUT, whole),
                total(AnswerPaths.CACHE_READ, whole),
                total(AnswerPaths.CACHE_WRITE, whole),
                total(AnswerPaths.REASONING, whole));
    }

    private long total(int field, boolean whole) {
        return whole ? sum(field) : sums[field];
    }

    @Nullable
    String id() {
        return idLength == 0 ? null : new String(id, 0, idLength, StandardCharsets.UTF_8);
    }

    @Nullable
    String model() {
        return modelLength == 0 ? null : new String(model, 0, modelLength, StandardCharsets.UTF_8);
    }
}
