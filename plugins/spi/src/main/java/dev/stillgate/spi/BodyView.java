package dev.stillgate.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request's body as the model will read it. Valid during the call only; texts that are to be kept must be copied. */
public sealed interface BodyView {

    /** No body. */
    record None() implements BodyView {
        public static final None INSTANCE = new None();
    }

    /**
     * A body that no dialect reads, on a dialect's path (an uploaded file that is no batch, say).
     *
     * @param bytes its size after decoding
     */
    record Opaque(long bytes) implements BodyView {}

    /** Many prompts in one request; each is an exchange in all but transport. */
    non-sealed interface Batch extends BodyView {
        /** Returns the number of prompts. */
        int size();

        /** Returns the prompt at {@code index}, from 0; valid until the next call of this method. */
        Chat item(int index);
    }

    /** One prompt. Fields that are absent, or not of the type the provider documents, read as absent. */
    non-sealed interface Chat extends BodyView {
        /** A number that is absent or not a whole number from 0 to 2^53. */
        long ABSENT = -1;

        Provider provider();

        /** Returns the model asked for, or null. */
        @Nullable
        String model();

        /** Returns whether the answer is asked for as a stream of events. */
        boolean stream();

        /** Returns whether a stream is asked to report its usage ({@code stream_options.include_usage}). */
        boolean streamUsage();

        /** Returns the most tokens the answer may have, or {@link #ABSENT}. */
        long maxTokens();

        /** Returns how many answers are asked for; 1 when absent, {@link #ABSENT} when not a number. */
        long choices();

        /** Returns whether log-probabilities are asked for. */
        boolean logprobs();

        /** Returns whether the answer must be JSON, by {@code response_format}, {@code text.format} or {@code output_config}. */
        boolean structuredOutput();

        /** Returns whether thinking or reasoning is asked for explicitly. */
        boolean thinking();

        /** Returns whether the answer is made in the background and fetched later. */
        boolean background();

        /** Returns the sampling temperature, NaN when absent. */
        double temperature();

        /** Returns the nucleus sampling mass, NaN when absent. */
        double topP();

        /** Returns the id of the answer that this request continues, or null. */
        @Nullable
        String previousResponse();

        /** Returns the system prompt or instructions as one text, or null. */
        @Nullable
        CharSequence system();

        /** Returns the names of the tools offered, in order. */
        List<String> toolNames();

        /** Returns the number of messages or input items. */
        int messageCount();

        /** Hands over every part of every message, in order, until the visitor has had enough. */
        default void parts(PartVisitor visitor) {
            parts(0, visitor);
        }

        /** Hands over the parts of the messages from one on; those before cost next to nothing. */
        void parts(int firstMessage, PartVisitor visitor);

        /** Returns the size of the prompt's JSON in bytes. */
        int bytes();

        /**
         * Returns how many tokens the prompt is estimated to have, tools and system prompt included, what the provider
         * keeps for itself (an earlier answer, a stored conversation) not; at least 1.
         */
        long inputTokens();

        /** Returns whether the prompt marks parts of itself for the provider's cache ({@code cache_control}). */
        boolean marksCache();
    }

    /** Takes the parts of a prompt's messages. */
    @FunctionalInterface
    interface PartVisitor {
        /**
         * Takes one part.
         *
         * @param message the index of its message, from 0
         * @param role {@code user}, {@code assistant}, {@code system}, {@code developer} or {@code tool}
         * @param id the id that ties a call to its result, or null
         * @param text the part's text, call arguments or signature; empty for pictures and files
         * @return false to stop
         */
        boolean part(int message, String role, PartKind kind, @Nullable String id, CharSequence text);
    }

    /** What a part of a message is. */
    enum PartKind {
        TEXT,
        THINKING,
        /** The provider's seal on a thinking part, which the model will check. */
        SIGNATURE,
        TOOL_CALL,
        TOOL_RESULT,
        MEDIA,
        OTHER
    }
}
