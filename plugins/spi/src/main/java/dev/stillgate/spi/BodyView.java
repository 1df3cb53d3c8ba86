package dev.stillgate.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request body as the model will read it. Valid during the call only; copy texts to keep them. */
public sealed interface BodyView {

    /** No body. */
    record None() implements BodyView {
        public static final None INSTANCE = new None();
    }

    /**
     * A body that is not parsed although the path belongs to a dialect, such as an uploaded file that is not a batch.
     *
     * @param bytes its size after decoding
     */
    record Opaque(long bytes) implements BodyView {}

    /**
     * The input of an operation that {@linkplain Operation#convertsInput converts} it. It is not a prompt, so filters
     * see its size only.
     *
     * @param model the requested model, or null
     * @param stream whether the client asked for a stream of events
     * @param inputTokens an estimate of the tokens of its text, at least 1
     * @param bytes its size after decoding
     */
    record Input(@Nullable String model, boolean stream, long inputTokens, long bytes) implements BodyView {}

    /** A batch: many prompts in one request, each of which counts like an exchange. */
    non-sealed interface Batch extends BodyView {
        /** Returns the number of prompts. */
        int size();

        /** Returns the prompt at {@code index}, from 0; valid until the next call of this method. */
        Chat item(int index);
    }

    /** One prompt. Fields that are missing or of another type than the provider documents are absent. */
    non-sealed interface Chat extends BodyView {
        /** Stands for a number that is missing or not an integer from 0 to 2^53. */
        long ABSENT = -1;

        Provider provider();

        /** Returns the requested model, or null. */
        @Nullable
        String model();

        /**
         * Returns the requested model by the name that its maker gives it, so that all names of it at a cloud are one; null
         * if no name says which model it is.
         */
        default @Nullable String bareModel() {
            return model();
        }

        /** Returns whether the client asked for a stream of events. */
        boolean stream();

        /** Returns whether the client asked the stream to report its usage ({@code stream_options.include_usage}). */
        boolean streamUsage();

        /** Returns the limit on output tokens, or {@link #ABSENT}. */
        long maxTokens();

        /** Returns the number of responses requested; 1 if missing, {@link #ABSENT} if not a number. */
        long choices();

        /** Returns whether log-probabilities are requested. */
        boolean logprobs();

        /**
         * Returns whether the response must be JSON, by {@code response_format}, {@code text.format} or {@code
         * output_config}.
         */
        boolean structuredOutput();

        /** Returns whether the prompt predicts the text of most of the response ({@code prediction}). */
        default boolean prediction() {
            return false;
        }

        /** Returns whether thinking or reasoning is requested explicitly. */
        boolean thinking();

        /** Returns whether the response is generated in the background and fetched later. */
        boolean background();

        /** Returns false if the prompt only prepares a response, for which nothing is generated. */
        default boolean generates() {
            return true;
        }

        /** Returns the sampling temperature, NaN if absent. */
        double temperature();

        /** Returns the nucleus sampling mass, NaN if absent. */
        double topP();

        /** Returns the id of the earlier response that this request continues, or null. */
        @Nullable
        String previousResponse();

        /**
         * Returns whether the prompt names something that only its upstream keeps: an earlier response or an item of one, a
         * conversation, a container, cached content or a stored prompt.
         */
        boolean needsStored();

        /**
         * Returns the id by which the client names the person who asks, or else the session; null if it names none. Of
         * several ids it is the first of {@code safety_identifier}, {@code user}, {@code metadata.user_id} and {@code
         * prompt_cache_key}. The client chooses it freely.
         */
        default @Nullable String person() {
            return null;
        }

        /**
         * Returns the id by which the client names the person who asks, the first of {@code safety_identifier}, {@code user}
         * and {@code metadata.user_id}; null if it names none. The client chooses it freely.
         */
        default @Nullable String endUser() {
            return null;
        }

        /** Returns the system prompt or instructions as one text, or null. */
        @Nullable
        CharSequence system();

        /** Returns the names of the tools offered, in order. */
        List<String> toolNames();

        /** Returns the number of messages or input items. */
        int messageCount();

        /** Visits every part of every message in order, until the visitor returns false. */
        default void parts(PartVisitor visitor) {
            parts(0, visitor);
        }

        /** Visits the parts of the messages from an index on; skipping the earlier ones is cheap. */
        void parts(int firstMessage, PartVisitor visitor);

        /** Returns the size of the prompt's JSON in bytes. */
        int bytes();

        /**
         * Returns an estimate of the prompt's tokens, at least 1. Tools and system prompt count; content that the
         * provider stores (an earlier response, a stored conversation) does not.
         */
        long inputTokens();

        /** Returns whether the prompt marks parts for the provider's prompt cache ({@code cache_control}). */
        boolean marksCache();
    }

    /** Visitor of the parts of a prompt's messages. */
    @FunctionalInterface
    interface PartVisitor {
        /**
         * Visits one part.
         *
         * @param message the index of its message, from 0
         * @param role {@code user}, {@code assistant}, {@code system}, {@code developer} or {@code tool}
         * @param id the id that ties a call to its result, or null
         * @param text the part's text, call arguments or signature; empty for images and files
         * @return false to stop the visit
         */
        boolean part(int message, String role, PartKind kind, @Nullable String id, CharSequence text);
    }

    /** Kinds of message parts. */
    enum PartKind {
        TEXT,
        THINKING,
        /** The provider's signature on a thinking part, which the provider verifies. */
        SIGNATURE,
        TOOL_CALL,
        TOOL_RESULT,
        MEDIA,
        OTHER
    }
}
