package dev.stillgate.proxy.dialect.usage;

import dev.stillgate.proxy.dialect.tokens.TextTokens;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an answer has reported and delivered so far. Of counts the last value of each field holds, of the output of a
 * stream the largest; of ids and models the first that is not empty. JSON lines and the elements of a list of stored
 * answers are answers of their own, whose counts are added up.
 */
final class AnswerTally {
    private static final int MAX_NAME = 128;
    private static final long MAX_SUM = 1L << 60;
    private static final byte[] BRACKET = {'{'};
    private static final byte[] SOUND = ascii("response.audio.delta");
    private static final byte[] ITEM_DONE = ascii("response.output_item.done");
    private static final byte[] MESSAGE_STOP = ascii("message_stop");
    private static final byte[] ERROR = ascii("error");
    private static final byte[] COMPLETED = ascii("response.completed");
    private static final byte[] INCOMPLETE = ascii("response.incomplete");
    private static final byte[] FAILED = ascii("response.failed");

    private final long[] counts = new long[AnswerPaths.COUNTS];
    private final long[] sums = new long[AnswerPaths.COUNTS];
    private final byte[] id = new byte[MAX_NAME];
    private final byte[] model = new byte[MAX_NAME];
    private final TextTokens delivered = new TextTokens();
    private int idLength;
    private int modelLength;
    private boolean last;
    private boolean listed;
    private boolean stream;
    private boolean told;
    private boolean toldHere;
    private boolean muted;
    private @Nullable AnswerContent content;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Starts over on another answer.
     *
     * @param by the tokens that text is counted in
     * @param ofStream whether the answer is a stream of events
     * @param as what else is told of what the answer is made of, null for nobody
     */
    void reset(TokenWeights by, boolean ofStream, @Nullable AnswerContent as) {
        content = as;
        Arrays.fill(counts, -1);
        Arrays.fill(sums, -1);
        delivered.reset(by);
        idLength = 0;
        modelLength = 0;
        last = false;
        listed = false;
        stream = ofStream;
        told = false;
        toldHere = false;
        muted = false;
    }

    /** Takes a count at its path. */
    void count(int field, long value) {
        if (field == AnswerPaths.CHOICE) {
            if (content != null) {
                content.choice(value);
            }
        } else if (field == AnswerPaths.OUTPUT || field == AnswerPaths.FIRST_OUTPUT) {
            counts[AnswerPaths.OUTPUT] = stream ? Math.max(counts[AnswerPaths.OUTPUT], value) : value;
            if (field == AnswerPaths.OUTPUT) {
                told = true;
                toldHere = true;
            }
        } else {
            counts[field] = value;
        }
    }

    /** Takes the beginning of a string that the model made; a call of a tool costs beside what it is called with. */
    void beginDelivered(AnswerPaths.Key key) {
        if (key.field == AnswerPaths.CALL && !muted) {
            told &= toldHere;
            delivered.addCall();
        }
        if (content != null) {
            content.begin(key.kind);
        }
    }

    /** Takes the opening bracket of JSON that the model made. */
    void beginContainer(AnswerPaths.Key key) {
        if (content != null) {
            content.begin(key.kind);
            content.add(BRACKET, 0, BRACKET.length);
        }
    }

    /** Takes a piece of what the model made, as it is written; a count from before it is not the last. */
    void deliver(byte[] buf, int start, int end) {
        if (start < end && !muted) {
            told &= toldHere;
            delivered.add(buf, start, end);
        }
        if (content != null) {
            content.add(buf, start, end);
        }
    }

    /** Takes the end of a string that the model made. */
    void endDelivered() {
        delivered.endString();
        if (content != null) {
            content.endString();
        }
    }

    /** Returns who is told of ids, seals and objects, or null. */
    @Nullable
    AnswerContent content() {
        return content;
    }

    /** Returns whether the string at a path would be looked at; ids and models are once they are known no longer. */
    boolean wants(int field) {
        return switch (field) {
            case AnswerPaths.TYPE -> true;
            case AnswerPaths.ID -> idLength == 0;
            case AnswerPaths.MODEL -> modelLength == 0;
            case AnswerPaths.ITEM_TYPE, AnswerPaths.PART_TYPE -> content != null;
            default -> false;
        };
    }

    /** Takes a string at its path, decoded. */
    void text(int field, byte[] buf, int start, int end) {
        switch (field) {
            case AnswerPaths.TYPE -> {
                last |= isLast(buf, start, end);
                muted |= same(SOUND, buf, start, end) || same(ITEM_DONE, buf, start, end);
                if (content != null) {
                    content.eventType(buf, start, end);
                }
            }
            case AnswerPaths.ID -> {
                idLength = keep(id, buf, start, end);
                if (content != null) {
                    content.answerId(id());
                }
            }
            case AnswerPaths.MODEL -> modelLength = keep(model, buf, start, end);
            default -> typeWithin(field, buf, start, end);
        }
    }

    private void typeWithin(int field, byte[] buf, int start, int end) {
        if (content != null && field == AnswerPaths.ITEM_TYPE) {
            content.itemType(buf, start, end);
        } else if (content != null) {
            content.partType(buf, start, end);
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

    /** Ends an event; returns whether it is the last of its stream. */
    boolean endEvent() {
        boolean was = last;
        last = false;
        toldHere = false;
        muted = false;
        if (content != null) {
            content.endEvent();
        }
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

    /** Adds the counts of a stored answer, which is one of a list, to the sum. */
    void endListed() {
        listed = true;
        endLine(true);
    }

    private long sum(int field) {
        long sum = sums[field];
        long count = counts[field];
        return count < 0 ? sum : sum < 0 ? count : Math.min(sum + count, MAX_SUM);
    }

    /**
     * Returns the usage of a stream or a document, {@link Usage#NONE} when nothing is known of it.
     *
     * @param whole whether the document is; of streams it does not matter
     */
    Usage usage(boolean whole) {
        long[] known = listed ? totals(true) : counts;
        long reported = known[AnswerPaths.OUTPUT];
        boolean none = none(known);
        if (!none && (stream ? told : whole)) {
            return usage(Usage.Source.EXACT, known, reported);
        }
        long output = delivered.isEmpty() ? reported : Math.max(reported, delivered.tokens(model()));
        return none && output < 0 ? Usage.NONE : usage(Usage.Source.ESTIMATED, known, output);
    }

    /** Returns the usage of JSON lines; with the one that is read, when it is whole. */
    Usage usageOfLines(boolean whole) {
        long[] totals = totals(whole);
        return none(totals) ? Usage.NONE : usage(Usage.Source.EXACT, totals, totals[AnswerPaths.OUTPUT]);
    }

    private long[] totals(boolean withLast) {
        long[] totals = new long[AnswerPaths.COUNTS];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = withLast ? sum(i) : sums[i];
        }
        return totals;
    }

    private static boolean none(long[] counts) {
        for (long count : counts) {
            if (count >= 0) {
                return false;
            }
        }
        return true;
    }

    private static Usage usage(Usage.Source source, long[] counts, long output) {
        return new Usage(
                source,
                counts[AnswerPaths.INPUT],
                output,
                counts[AnswerPaths.CACHE_READ],
                counts[AnswerPaths.CACHE_WRITE],
                counts[AnswerPaths.REASONING]);
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
