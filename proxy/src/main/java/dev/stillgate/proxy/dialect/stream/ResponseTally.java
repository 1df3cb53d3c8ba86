package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.proxy.dialect.tokens.TextTokens;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonSink;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Running totals of a response: reported token counts and an estimate of the delivered text. The last value of a count
 * wins, for the output of a stream the largest, for id and model the first non-empty one. Counts of JSON lines and
 * listed stored responses are summed. Not thread-safe.
 */
public final class ResponseTally extends JsonSink<ResponseField> {
    private static final int MAX_NAME = 128;
    private static final int OUTPUT = ResponseField.OUTPUT.count;
    private static final long MAX_SUM = 1L << 60;
    private static final byte[] BRACKET = {'{'};
    private static final byte[] SOUND = ascii("response.audio.delta");
    private static final byte[] AUDIO_TYPE = ascii("audio/");
    private static final byte[] ITEM_DONE = ascii("response.output_item.done");
    private static final byte[] REFUSAL_DELTA = ascii("response.refusal.delta");
    private static final byte[] REFUSAL_DONE = ascii("response.refusal.done");
    private static final byte[] REFUSAL_TYPE = ascii("refusal");

    private final long[] counts = new long[ResponseField.COUNTS];
    private final long[] sums = new long[ResponseField.COUNTS];
    private final byte[] id = new byte[MAX_NAME];
    private final byte[] model = new byte[MAX_NAME];
    private final TextTokens delivered = new TextTokens();
    private int idLength;
    private int modelLength;
    private long promptTokens;
    private long toolPromptTokens;
    private long candidateTokens;
    private long thoughtTokens;
    private boolean last;
    private boolean listed;
    private boolean stream;

    /** Whether the output count was reported and no output was delivered in a later event. */
    private boolean outputReported;

    /** Whether the current event reported the output count. */
    private boolean outputReportedInEvent;

    /** Whether strings of the current event are not counted as delivered. */
    private boolean muted;

    /** Whether the media of the current part are sound. */
    private boolean sound;

    private List<byte[]> lastEvents = List.of();
    private final ResponseEnding ending = new ResponseEnding();
    public final DeferredFields deferred = new DeferredFields();

    /** Whether the response is of a new answer, whose ending counts. */
    private boolean judged;

    private @Nullable ResponseContent content;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Resets the state for another response.
     *
     * @param weights token weights for delivered text
     * @param endings the types of the events that end a stream
     * @param ofStream whether the response is an event stream
     * @param isNew whether the response is of a new answer, not of stored ones
     * @param newContent receives the structure of the output, null if it is not needed
     */
    public void reset(
            TokenWeights weights,
            List<byte[]> endings,
            boolean ofStream,
            boolean isNew,
            @Nullable ResponseContent newContent) {
        lastEvents = endings;
        judged = isNew;
        ending.reset();
        deferred.reset();
        content = newContent;
        Arrays.fill(counts, -1);
        Arrays.fill(sums, -1);
        delivered.reset(weights);
        idLength = 0;
        modelLength = 0;
        promptTokens = 0;
        toolPromptTokens = 0;
        candidateTokens = 0;
        thoughtTokens = 0;
        last = false;
        listed = false;
        stream = ofStream;
        outputReported = false;
        outputReportedInEvent = false;
        muted = false;
    }

    @Override
    public void enter(ResponseField field, int at) {
        sound = false;
        if (content != null) {
            content.enter(field);
        }
    }

    @Override
    public void leave(ResponseField field, int end) {
        if (content != null) {
            content.leave(field);
        }
        if (field == ResponseField.ANSWER) {
            endListed();
        }
    }

    /** Records a reported number. */
    @Override
    public void number(ResponseField field, long value, int from, int to) {
        switch (field) {
            case OUTPUT -> reportOutput(value);
            case PROMPT_TOKENS -> {
                promptTokens = value;
                counts[ResponseField.INPUT.count] = promptTokens + toolPromptTokens;
                if (delivered.isEmpty()) { // the API leaves out counts of 0, as of a prompt that it has refused
                    reportOutput(candidateTokens + thoughtTokens);
                }
            }
            case TOOL_PROMPT_TOKENS -> {
                toolPromptTokens = value;
                counts[ResponseField.INPUT.count] = promptTokens + toolPromptTokens;
            }
            case CANDIDATE_TOKENS -> {
                candidateTokens = value;
                reportOutput(candidateTokens + thoughtTokens);
            }
            case THOUGHT_TOKENS -> {
                thoughtTokens = value;
                counts[ResponseField.REASONING.count] = value;
                reportOutput(candidateTokens + thoughtTokens);
            }
            case FIRST_OUTPUT -> countOutput(value);
            case MOST_OUTPUT -> deferred.maxOutput(value);
            case CHOICE_INDEX -> {
                if (content != null) {
                    content.choice(value);
                }
            }
            default -> counts[field.count] = value;
        }
    }

    private void reportOutput(long value) {
        countOutput(value);
        outputReported = true;
        outputReportedInEvent = true;
    }

    private void countOutput(long value) {
        counts[OUTPUT] = stream ? Math.max(counts[OUTPUT], value) : value;
    }

    /** Begins output of the model or an id. The name of a tool and an image add their flat costs. */
    @Override
    public void beginText(ResponseField field, byte first, int at) {
        if (field == ResponseField.MEDIA) {
            outputReported &= outputReportedInEvent;
            if (!sound) {
                delivered.addImage();
            }
            return;
        }
        if (field == ResponseField.CALL && !muted) {
            outputReported &= outputReportedInEvent;
            delivered.addCall();
        }
        if (content == null) {
            return;
        }
        if (field.kind == null) {
            content.beginId();
        } else {
            content.begin(field.kind);
            if (first != '"') {
                content.add(BRACKET, 0, BRACKET.length);
            }
        }
    }

    /** Counts a piece of output. An output count reported earlier is now outdated. */
    @Override
    public void text(ResponseField field, byte[] buf, int from, int to) {
        if (field == ResponseField.MEDIA) {
            if (sound) {
                delivered.addSound(to - from);
            }
            return;
        }
        if (field.kind == null) {
            if (content != null) {
                content.addId(buf, from, to);
            }
            return;
        }
        if (!muted) {
            outputReported &= outputReportedInEvent;
            delivered.add(buf, from, to);
        }
        if (from < to && (field == ResponseField.REFUSAL || field == ResponseField.REFUSAL_PART)) {
            ending.refusalText();
        }
        if (content != null) {
            content.add(buf, from, to);
        }
    }

    @Override
    public void endText(ResponseField field, int at) {
        if (field == ResponseField.MEDIA) {
            return;
        }
        if (field.kind != null) {
            delivered.endString();
        }
        if (content != null && field.kind != null) {
            content.endString();
        } else if (content != null) {
            content.endId(field);
        }
    }

    /** Handles an error, which is the last event of its stream, or the flag of a part that is thinking. */
    @Override
    public void presence(ResponseField field, byte first, boolean empty) {
        switch (field) {
            case THOUGHT -> {
                if (content != null && first == 't') {
                    content.thought();
                }
            }
            case BACKGROUND -> deferred.background(first == 't');
            default -> last |= first == '"' || first == '{';
        }
    }

    /** Returns the receiver of the structure of the output, or null if it is not needed. */
    public @Nullable ResponseContent content() {
        return content;
    }

    @Override
    public boolean needs(ResponseField field) {
        return switch (field) {
            case ID -> idLength == 0;
            case MODEL -> modelLength == 0;
            case REASON, CANDIDATE_REASON, BLOCK_REASON, CATEGORY, FALLBACK, DONE_TYPE -> judged;
            default -> true;
        };
    }

    /** Records a short string. */
    @Override
    public void shortString(ResponseField field, byte[] buf, int from, int to) {
        switch (field) {
            case TYPE -> {
                for (int i = 0; i < lastEvents.size() && !last; i++) {
                    last = same(lastEvents.get(i), buf, from, to);
                }
                muted |= same(SOUND, buf, from, to) || same(ITEM_DONE, buf, from, to);
                if (same(REFUSAL_DELTA, buf, from, to) || same(REFUSAL_DONE, buf, from, to)) {
                    ending.refusalText();
                }
                if (content != null) {
                    content.eventType(buf, from, to);
                }
            }
            case DONE_TYPE -> {
                if (same(REFUSAL_TYPE, buf, from, to)) {
                    ending.refusalText();
                }
            }
            case REASON -> ending.reason(buf, from, to);
            case CANDIDATE_REASON -> ending.candidate(buf, from, to);
            case BLOCK_REASON -> ending.blocked(buf, from, to);
            case CATEGORY -> ending.category(buf, from, to);
            case FALLBACK -> {
                ending.fallback();
                modelLength = keep(model, buf, from, to);
            }
            case ID -> {
                idLength = keep(id, buf, from, to);
                if (content != null) {
                    content.answerId(id());
                }
            }
            case MODEL -> modelLength = keep(model, buf, from, to);
            case RESULT_FILE, FILE_ID, FILE_PURPOSE -> deferred.ofFile(field, buf, from, to);
            case MEDIA_TYPE ->
                sound = to - from > AUDIO_TYPE.length && same(AUDIO_TYPE, buf, from, from + AUDIO_TYPE.length);
            default -> innerType(field, buf, from, to);
        }
    }

    private void innerType(ResponseField field, byte[] buf, int from, int to) {
        if (content != null && field == ResponseField.ITEM_TYPE) {
            content.itemType(buf, from, to);
        } else if (content != null) {
            content.partType(buf, from, to);
        }
    }

    private static int keep(byte[] target, byte[] buf, int start, int end) {
        int length = end - start;
        if (length > MAX_NAME) {
            return 0;
        }
        System.arraycopy(buf, start, target, 0, length);
        return length;
    }

    private static boolean same(byte[] text, byte[] buf, int start, int end) {
        return Arrays.equals(text, 0, text.length, buf, start, end);
    }

    /** Records that the event is the last of its stream. */
    public void markLast() {
        last = true;
    }

    /** Ends an event; returns whether it is the last of its stream. */
    public boolean endEvent() {
        boolean wasLast = last;
        last = false;
        outputReportedInEvent = false;
        muted = false;
        if (content != null) {
            content.endEvent();
        }
        return wasLast;
    }

    /** Adds the counts of a line to the sums; drops them if the line is incomplete. */
    public void endLine(boolean complete) {
        for (int i = 0; i < counts.length; i++) {
            if (complete) {
                sums[i] = sum(i);
            }
            counts[i] = -1;
        }
    }

    /** Adds the counts of a listed stored response to the sums. */
    private void endListed() {
        listed = true;
        endLine(true);
    }

    private long sum(int field) {
        long sum = sums[field];
        long count = counts[field];
        return count < 0 ? sum : sum < 0 ? count : Math.min(sum + count, MAX_SUM);
    }

    /**
     * Returns the usage of a stream or document; {@link Usage#NONE} if nothing was reported or delivered.
     *
     * @param whole whether the document is complete; ignored for streams
     */
    public Usage usage(boolean whole) {
        long[] current = listed ? totals(true) : counts;
        long reported = current[OUTPUT];
        boolean none = none(current);
        if (!none && (stream ? outputReported : whole)) {
            return usage(Usage.Source.EXACT, current, reported);
        }
        long output = delivered.isEmpty() ? reported : Math.max(reported, delivered.tokens(model()));
        return none && output < 0 ? Usage.NONE : usage(Usage.Source.ESTIMATED, current, output);
    }

    /** Returns the usage of JSON lines, including the current line if it is complete. */
    public Usage usageOfLines(boolean whole) {
        long[] totals = totals(whole);
        return none(totals) ? Usage.NONE : usage(Usage.Source.EXACT, totals, totals[OUTPUT]);
    }

    private long[] totals(boolean withLast) {
        long[] totals = new long[ResponseField.COUNTS];
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
                counts[ResponseField.INPUT.count],
                output,
                counts[ResponseField.CACHE_READ.count],
                counts[ResponseField.CACHE_WRITE.count],
                counts[ResponseField.REASONING.count]);
    }

    /** Returns why the response ended, or null while that is unknown. */
    public @Nullable String finishReason() {
        return ending.reason();
    }

    /** Returns the provider's own judgement so far; none for stored responses, which were judged when they were new. */
    public ProviderVerdict verdict() {
        return judged ? ending.verdict() : ProviderVerdict.NONE;
    }

    public @Nullable String id() {
        return idLength == 0 ? null : new String(id, 0, idLength, StandardCharsets.UTF_8);
    }

    public @Nullable String model() {
        return modelLength == 0 ? null : new String(model, 0, modelLength, StandardCharsets.UTF_8);
    }
}
