package dev.stillgate.proxy.dialect.realtime;

import static dev.stillgate.proxy.json.JsonPaths.number;
import static dev.stillgate.proxy.json.JsonPaths.object;
import static dev.stillgate.proxy.json.JsonPaths.shortString;
import static dev.stillgate.proxy.json.JsonPaths.text;

import dev.stillgate.proxy.dialect.tokens.TextTokens;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.JsonReader;
import dev.stillgate.proxy.json.JsonSink;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of the events that the server sends in a Realtime session: the model, and the usage of each
 * response ({@code response.done}) and of each transcription of the client's speech. Of a response that has not
 * ended, or has ended without usage, the output is estimated by what was delivered. The estimate of its input is the
 * largest that was reported of a response so far. Buffers no text. Not thread-safe.
 *
 * <p>A message that is not a JSON object is skipped. After a violation of the framing nothing more is read. Both are
 * {@linkplain #hasErrors errors}.
 */
public final class RealtimeReader {
    /** Limit of a sum, the largest integer that JSON numbers represent exactly. */
    private static final long MOST = 1L << 53;

    /** Bytes of Base64 for a token of audio, which is 50 ms of 24,000 samples of 16 bits a second. */
    private static final long PCM_TOKEN = 3200;

    /** The same in G.711, which has 8,000 samples of 8 bits a second. */
    private static final long G711_TOKEN = 534;

    /** Format of audio output, as the beta of the API has it and as the present version does. */
    private static final JsonPaths<Field> AUDIO_FORMAT = JsonPaths.of(
            shortString("output_audio_format", Field.FORMAT),
            object(
                    "audio",
                    JsonPaths.of(object(
                            "output",
                            JsonPaths.of(object("format", JsonPaths.of(shortString("type", Field.FORMAT))))))));

    private static final JsonPaths<Field> USAGE = JsonPaths.of(
            number("input_tokens", Field.INPUT),
            number("output_tokens", Field.OUTPUT),
            object(
                    "input_token_details",
                    JsonPaths.of(number("cached_tokens", Field.CACHED), number("audio_tokens", Field.AUDIO_INPUT))),
            object("output_token_details", JsonPaths.of(number("audio_tokens", Field.AUDIO_OUTPUT))));
    private static final JsonPaths<Field> EVENT = JsonPaths.of(
            shortString("type", Field.TYPE),
            text("delta", Field.DELTA),
            shortString("response_id", Field.RESPONSE),
            object(
                    "response",
                    JsonPaths.of(
                                    shortString("id", Field.RESPONSE),
                                    shortString("status", Field.STATUS),
                                    object("usage", USAGE))
                            .with(AUDIO_FORMAT)),
            object("usage", USAGE),
            object("session", JsonPaths.of(shortString("model", Field.MODEL)).with(AUDIO_FORMAT)));

    private final JsonReader<Field> json = new JsonReader<>(new Values());
    private final WebSocketReader frames = new WebSocketReader(json::read);
    private final TextTokens delta = new TextTokens();
    private final UnfinishedOutput unfinished = new UnfinishedOutput();
    private final Event event = new Event();
    private final Event sum = new Event();
    private @Nullable Usage part;
    private @Nullable String model;
    private @Nullable String status;
    private long responses;

    /** Largest input that was reported of a response; -1 for none. */
    private long mostInput = -1;

    private long audioToken = PCM_TOKEN;
    private boolean errors;

    public RealtimeReader() {
        json.reset(EVENT, false);
    }

    private enum Field {
        TYPE,
        STATUS,
        MODEL,
        FORMAT,
        RESPONSE,
        DELTA,
        INPUT,
        OUTPUT,
        CACHED,
        AUDIO_INPUT,
        AUDIO_OUTPUT
    }

    /** The events that are read. */
    private enum Type {
        SESSION_CREATED,
        RESPONSE_CREATED,
        TEXT_DELTA,
        AUDIO_DELTA,
        RESPONSE_DONE,
        TRANSCRIPTION;

        static @Nullable Type of(String text) {
            return switch (text) {
                case "session.created" -> SESSION_CREATED;
                case "response.created" -> RESPONSE_CREATED;
                case "response.text.delta",
                        "response.output_text.delta",
                        "response.audio_transcript.delta",
                        "response.output_audio_transcript.delta",
                        "response.function_call_arguments.delta" -> TEXT_DELTA;
                case "response.audio.delta", "response.output_audio.delta" -> AUDIO_DELTA;
                case "response.done" -> RESPONSE_DONE;
                case "conversation.item.input_audio_transcription.completed" -> TRANSCRIPTION;
                default -> null;
            };
        }
    }

    /** The values of one event, or their sums; -1 for absent numbers. */
    private static final class Event {
        private @Nullable Type type;
        private @Nullable String model;
        private @Nullable String status;
        private @Nullable String response;
        private long input;
        private long output;
        private long cached;
        private long audioInput;
        private long audioOutput;
        private long deltaBytes;
        private boolean estimated;

        Event() {
            clear();
        }

        void clear() {
            type = null;
            model = null;
            status = null;
            response = null;
            deltaBytes = 0;
            estimated = false;
            input = -1;
            output = -1;
            cached = -1;
            audioInput = -1;
            audioOutput = -1;
        }

        void add(Event other) {
            input = sum(input, other.input);
            output = sum(output, other.output);
            cached = sum(cached, other.cached);
            audioInput = sum(audioInput, other.audioInput);
            audioOutput = sum(audioOutput, other.audioOutput);
            estimated |= other.estimated;
        }

        private static long sum(long a, long b) {
            return a < 0 ? b : b < 0 ? a : Math.min(MOST, a + b);
        }

        Usage usage() {
            Usage.Source source = estimated ? Usage.Source.ESTIMATED : Usage.Source.EXACT;
            return input >= 0 || output >= 0 ? new Usage(source, input, output, cached, -1, -1) : Usage.NONE;
        }
    }

    private final class Values extends JsonSink<Field> {
        @Override
        public void number(Field field, long value, int from, int to) {
            switch (field) {
                case INPUT -> event.input = value;
                case OUTPUT -> event.output = value;
                case CACHED -> event.cached = value;
                case AUDIO_INPUT -> event.audioInput = value;
                case AUDIO_OUTPUT -> event.audioOutput = value;
                default -> {}
            }
        }

        @Override
        public void shortString(Field field, byte[] buf, int from, int to) {
            String text = new String(buf, from, to - from, StandardCharsets.UTF_8);
            switch (field) {
                case TYPE -> event.type = Type.of(text);
                case STATUS -> event.status = text;
                case MODEL -> event.model = text;
                case FORMAT -> noteFormat(text);
                case RESPONSE -> event.response = text;
                default -> {}
            }
        }

        @Override
        public void text(Field field, byte[] buf, int from, int to) {
            event.deltaBytes += to - from;
            if (event.type == null || event.type == Type.TEXT_DELTA) {
                delta.add(buf, from, to);
            }
        }
    }

    /**
     * Reads a piece up to its end or the end of a frame that reports usage, whichever is first; returns the index after
     * that. {@link #takePart} returns that usage.
     */
    public int read(byte[] buf, int from, int to) {
        int p = from;
        while (p < to && part == null) {
            p = frames.read(buf, p, to);
            if (frames.hasTextEnded()) {
                endMessage();
            }
        }
        return p;
    }

    private void endMessage() {
        errors |= json.hasErrors() || !json.isComplete();
        json.reset();
        Type type = event.type;
        if (type != null) {
            switch (type) {
                case SESSION_CREATED -> model = event.model;
                case RESPONSE_CREATED -> unfinished.add(event.response, 0);
                case TEXT_DELTA -> unfinished.add(event.response, delta.tokens(null));
                case AUDIO_DELTA -> unfinished.add(event.response, Math.ceilDiv(event.deltaBytes, audioToken));
                case RESPONSE_DONE -> endResponse();
                case TRANSCRIPTION -> addUsage();
            }
        }
        event.clear();
        delta.reset(TokenWeights.PUBLIC);
    }

    /** Notes a format of output. G.711 stays, because a later format may be that of other responses only. */
    private void noteFormat(String format) {
        if (format.startsWith("g711") || format.equals("audio/pcmu") || format.equals("audio/pcma")) {
            audioToken = G711_TOKEN;
        }
    }

    private void endResponse() {
        responses++;
        status = event.status;
        long delivered = unfinished.end(event.response);
        if (delivered > 0 && event.output <= 0) { // as some servers report of a cancelled response
            event.output = delivered;
            event.input = event.input > 0 ? event.input : mostInput;
            event.estimated = true;
        }
        mostInput = Math.max(mostInput, event.input);
        addUsage();
    }

    private void addUsage() {
        Usage usage = event.usage();
        if (usage.source() != Usage.Source.NONE) {
            sum.add(event);
            part = usage;
        }
    }

    /** Returns the usage at which {@link #read} stopped, once; null for none. */
    public @Nullable Usage takePart() {
        Usage taken = part;
        part = null;
        return taken;
    }

    /** Returns the sum of the usage reported so far, with the estimate for responses that have not ended. */
    public Usage usage() {
        Usage reported = sum.usage();
        Usage rest = unfinishedUsage();
        return rest == null
                ? reported
                : new Usage(
                        Usage.Source.ESTIMATED,
                        Event.sum(reported.input(), rest.input()),
                        Event.sum(reported.output(), rest.output()),
                        reported.cacheRead(),
                        -1,
                        -1);
    }

    /** Returns the estimated usage of responses that have not ended; null for none. */
    public @Nullable Usage unfinishedUsage() {
        long output = unfinished.tokens();
        long input = mostInput > 0 ? Math.min(MOST, mostInput * unfinished.responses()) : -1;
        return output == 0 && input <= 0 ? null : new Usage(Usage.Source.ESTIMATED, input, output, -1, -1, -1);
    }

    /** Returns the audio tokens among the input so far. */
    public long audioInput() {
        return Math.max(0, sum.audioInput);
    }

    /** Returns the audio tokens among the output so far. */
    public long audioOutput() {
        return Math.max(0, sum.audioOutput);
    }

    /** Returns the number of responses that have ended. */
    public long responses() {
        return responses;
    }

    /** Returns the model of the session, or null. */
    public @Nullable String model() {
        return model;
    }

    /** Returns the status of the last response, or null. */
    public @Nullable String status() {
        return status;
    }

    /** Returns whether what was read ends with a whole frame, after which the server has not closed. */
    public boolean isBetweenFrames() {
        return frames.isBetweenFrames();
    }

    /** Returns whether the server has sent its Close frame. */
    public boolean isClosed() {
        return frames.isClosed();
    }

    /** Returns whether reading has ended because of a violation of the framing. */
    public boolean isBroken() {
        return frames.isBroken();
    }

    /** Returns whether a part of the session could not be read. */
    public boolean hasErrors() {
        return errors || frames.isBroken();
    }

    /**
     * Estimated output tokens of the responses that have not ended, by their ids. Beyond {@value #MOST} responses, new
     * ones share an entry that does not end, because a server has few at once. Not thread-safe.
     */
    static final class UnfinishedOutput {
        static final int MOST = 32;

        private static final String OTHERS = "";

        private final Map<String, Long> tokens = new HashMap<>();

        /** Adds a response, or delivered tokens of it. */
        void add(@Nullable String id, long delivered) {
            String key = id == null ? OTHERS : id;
            boolean fits = tokens.size() < MOST || tokens.containsKey(key);
            tokens.merge(fits ? key : OTHERS, delivered, Long::sum);
        }

        /** Ends a response; returns its delivered tokens. */
        long end(@Nullable String id) {
            Long delivered = tokens.remove(id == null ? OTHERS : id);
            return delivered == null ? 0 : delivered;
        }

        /** Returns the number of responses, without those that share an entry. */
        int responses() {
            return tokens.size() - (tokens.containsKey(OTHERS) ? 1 : 0);
        }

        /** Returns the sum. */
        long tokens() {
            long sum = 0;
            for (long each : tokens.values()) {
                sum += each;
            }
            return sum;
        }
    }
}
